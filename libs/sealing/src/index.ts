export * as hpke from './hpke.js';
export { CannotOpen } from './hpke.js';
export * from './keys.js';
export * from './sealed-batch.js';
