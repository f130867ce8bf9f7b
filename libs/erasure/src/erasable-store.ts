import type { ErasureScope, StoreName } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';

/** A place that holds something about a person. It never deletes on its own: the consumer of deletion events calls it. */
export interface ErasableStore {
  /** A key of the registry in contracts. */
  readonly name: StoreName;
  /** Removes what the scope covers; idempotent; returns how many rows went. A scope that cannot touch this store removes nothing. */
  erase(scope: ErasureScope, tx: Tx): Promise<number>;
  /** What of the scope is still there; asked again in a new transaction, must be 0. */
  remaining(scope: ErasureScope, db: Queryable): Promise<number>;
}

/** Every other table, folder or topic that a service owns, with the reason why nothing in it concerns a person. */
export interface ImpersonalPlace {
  place: string;
  because: string;
}
