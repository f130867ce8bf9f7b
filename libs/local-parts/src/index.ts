export * from './certificate-authority.js';
export { freePorts } from './free-port.js';
export { kafkaCache, TamperedJars } from './kafka-jars.js';
export * from './local-kafka.js';
export * from './local-redis.js';
export { ServerFailed } from './local-server.js';
export * from './missing-parts.js';
