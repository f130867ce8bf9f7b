export * from './flood.js';
export * from './instant-in.js';
export * from './interval.js';
export * from './iso-week.js';
export * from './merge.js';
export * from './retention.js';
export * from './sessions.js';
export * from './zones.js';
