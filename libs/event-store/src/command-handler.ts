import type { Database, Tx } from '@daybook/database';
import { type Command, type Decider, type Event, isRefusal, type Refusal, replay } from '@daybook/decider';
import { type EventStore, VersionConflict } from './event-store.js';

export interface Decided<State, E extends Event> {
  events: readonly E[];
  state: State;
  /** The stream's version after the decision. */
  version: number;
}

const ATTEMPTS = 8;

/**
 * Load → decide → append, again when somebody else was faster. `project` runs in the same transaction: read models and outbox
 * commit with the events or not at all. A refusal changes nothing.
 */
export async function handle<State, C extends Command, E extends Event, Code extends string>(
  { database, store }: { database: Database; store: EventStore },
  decider: Decider<State, C, E, Code>,
  stream: string,
  command: C,
  project: (tx: Tx, decided: Decided<State, E>) => Promise<unknown> = async () => undefined,
): Promise<Decided<State, E> | Refusal<Code>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction((tx) => handleIn(tx, store, decider, stream, command, project));
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The same inside a transaction that does more; a {@link VersionConflict} is the caller's to retry. */
export async function handleIn<State, C extends Command, E extends Event, Code extends string>(
  tx: Tx,
  store: EventStore,
  decider: Decider<State, C, E, Code>,
  stream: string,
  command: C,
  project: (tx: Tx, decided: Decided<State, E>) => Promise<unknown> = async () => undefined,
): Promise<Decided<State, E> | Refusal<Code>> {
  const { events: history, version } = await store.read<E>(tx, stream);
  const before = replay(decider, history);
  const decision = decider.decide(command, before);
  if (isRefusal(decision)) return decision as Refusal<Code>;
  const decided = {
    events: decision,
    state: decision.reduce(decider.evolve, before),
    version: await store.append(tx, stream, version, decision),
  };
  if (decision.length) await project(tx, decided);
  return decided;
}
