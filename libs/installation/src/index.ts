export * from './folders.js';
export * from './ports.js';
