export * from './carry-out-deletions.js';
export * from './declared-places.js';
export * from './erasable-store.js';
export * from './erasure-consumer.js';
export * from './fence.js';
export * from './receipt.js';
