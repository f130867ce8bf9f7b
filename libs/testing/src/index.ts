export * from './canaries.js';
export * from './find-program.js';
export * from './fixed-clock.js';
export * from './refs.js';
export * from './seeded.js';
export * from './test-database.js';
export * from './virtual-time.js';
