export { InProcess } from './forward/in-process.js';
export type { Upstream } from './forward/upstream.js';
export { closeGateway, createGateway, type GatewayDeps } from './gateway.js';
