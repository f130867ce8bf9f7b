import { Database, migrate } from '@daybook/database';
import { FixedClock, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askFor, DueWork } from './due-work.js';

describe('work that comes due', () => {
  const clock = new FixedClock('2026-11-24T10:00:00Z');
  let postgres: TestPostgres;
  let database: Database;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await postgres.database('due');
    await migrate(database, [{ owner: 'privacy', url: new URL('../migrations/', import.meta.url) }]);
  });
  beforeEach(() => database.query('DELETE FROM due_work'));
  afterAll(() => postgres.stop());

  const worker = (rotation: () => Promise<Date | null>) => {
    const troubles: string[] = [];
    const work = new DueWork(database, { rotation }, clock.now, (kind) => troubles.push(kind));
    return { work, troubles };
  };
  const waiting = async () =>
    (await database.query<{ due_at: Date }>('SELECT due_at FROM due_work')).rows.map((row) => row.due_at);
  const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);

  it('is done once when it is due, and not before', async () => {
    let runs = 0;
    const { work } = worker(async () => {
      runs++;
      return null;
    });
    await askFor(database, 'rotation', inMinutes(5));
    await work.look();
    expect(runs).toBe(0);
    clock.advance(5 * 60_000);
    await work.look();
    await work.look();
    expect([runs, await waiting()]).toEqual([1, []]);
  });

  it('serves who asks for earlier, and keeps who asks for later', async () => {
    await askFor(database, 'rotation', inMinutes(60));
    await askFor(database, 'rotation', inMinutes(10));
    await askFor(database, 'rotation', inMinutes(90));
    expect(await waiting()).toEqual([inMinutes(10)]);
  });

  it('is done again for whoever asked while it ran', async () => {
    let runs = 0;
    const { work } = worker(async () => {
      if (++runs === 1) await askFor(database, 'rotation', inMinutes(0));
      return null;
    });
    await askFor(database, 'rotation', inMinutes(0));
    await work.look();
    expect(await waiting()).toHaveLength(1);
    await work.look();
    expect([runs, await waiting()]).toEqual([2, []]);
  });

  it('comes again when the work says so', async () => {
    const { work } = worker(async () => inMinutes(60));
    await askFor(database, 'rotation', inMinutes(0));
    await work.look();
    expect(await waiting()).toEqual([inMinutes(60)]);
  });

  it('is tried again after a failure, less and less often, and is never lost', async () => {
    let runs = 0;
    const { work, troubles } = worker(async () => {
      if (++runs < 4) throw new Error('not now');
      return null;
    });
    await askFor(database, 'rotation', inMinutes(0));
    for (let looks = 0; looks < 20 && runs < 4; looks++) {
      expect(await waiting()).toHaveLength(1);
      await work.look();
    }
    expect([runs, troubles.length, await waiting()]).toEqual([4, 3, []]);
  });
});
