import type { Database, Tx } from '@daybook/database';
import { type Decider, type Event, replay } from '@daybook/decider';
import { type EventStore, VersionConflict } from './event-store.js';

export interface Rebuilt<State> {
  state: State;
  /** 0 = there is no such stream, or none any more: its rows must go. */
  version: number;
}
type Reading<State, E extends Event> = Pick<Decider<State, never, E>, 'initialState' | 'evolve'>;

const ATTEMPTS = 8;

/**
 * Writes the rows of one stream again from its events, while others read and write them. `project` must touch the rows that the stream's
 * own writers touch: a writer then either is waited for, and its event is found by the second look, or waits for this transaction.
 */
export async function rebuild<State, E extends Event>(
  { database, store }: { database: Database; store: EventStore },
  decider: Reading<State, E>,
  stream: string,
  project: (tx: Tx, rebuilt: Rebuilt<State>) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(async (tx) => {
        const { events, version } = await store.read<E>(tx, stream);
        await project(tx, { state: replay(decider as Decider<State, never, E>, events), version });
        if ((await store.read(tx, stream)).version !== version) throw new VersionConflict(stream, version);
      });
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Names of the streams of one kind, in order. */
export async function streamsOf(database: Database, prefix: string): Promise<string[]> {
  const { rows } = await database.query<{ stream: string }>(
    'SELECT stream FROM stream_event WHERE position = 1 AND starts_with(stream, $1) ORDER BY stream COLLATE "C"',
    [prefix],
  );
  return rows.map(({ stream }) => stream);
}
