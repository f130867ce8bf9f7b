export * from './erasable-store.js';
