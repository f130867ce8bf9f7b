import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Database, migrate } from '@daybook/database';
import { silentLogger } from '@daybook/service-kit';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askFor } from './ask-for.js';
import { type JobHandlers, JobWithoutOwner, jobsMigrations } from './jobs.js';
import { type Adapter, LOOK_MS, Replicas, until } from './jobs-harness.js';

const nothing = async () => null;

/** What every adapter does, however it executes. */
export function jobsContract(name: string, adapter: () => Promise<Adapter>): void {
  describe(`work that comes due, by ${name}`, () => {
    let postgres: TestPostgres;
    let url: string;
    let executes: Adapter;
    let replicas: Replicas;
    beforeAll(async () => {
      [postgres, executes] = await Promise.all([startTestPostgres(), adapter()]);
      url = await postgres.databaseUrl('privacy');
      const database = postgres.connect(url);
      await migrate(database, [jobsMigrations]);
      replicas = new Replicas(database, executes.make);
    });
    beforeEach(() => replicas.database.query('DELETE FROM job'));
    afterEach(() => replicas.stop());
    afterAll(async () => {
      await executes?.stop();
      await postgres?.stop();
    });

    it('is done once when it is due, within about a second, and not before', async () => {
      const done: number[] = [];
      replicas.start(
        async () => {
          done.push(Date.now());
          return null;
        },
        { lookMs: 1_000 },
      );
      await replicas.ask(300);
      const due = Date.now() + 300;
      await until(async () => (await replicas.waiting()).length === 0);
      await sleep(500);
      expect(done).toHaveLength(1);
      expect(done[0]).toBeGreaterThanOrEqual(due - 50);
      expect(done[0]).toBeLessThan(due + 3_000);
    });

    it('serves who asks for earlier, and keeps who asks for later', async () => {
      const inAnHour = Date.now() + 3_600_000;
      const ask = (by: number) => askFor(replicas.database, 'privacy.rotation', new Date(by));
      await ask(inAnHour);
      await ask(inAnHour - 60_000);
      await ask(inAnHour + 60_000);
      expect(await replicas.waiting()).toEqual([new Date(inAnHour - 60_000)]);
    });

    it('forgets who asked in a transaction that came to nothing', async () => {
      const failing = replicas.database.transaction(async (tx) => {
        await askFor(tx, 'privacy.rotation', new Date());
        throw new Error('not committed');
      });
      await expect(failing).rejects.toThrow('not committed');
      expect(await replicas.waiting()).toEqual([]);
    });

    it('is done although everything was down for a week', async () => {
      await replicas.ask(-7 * 86_400_000);
      let runs = 0;
      replicas.start(async () => {
        runs++;
        return null;
      });
      await until(async () => (await replicas.waiting()).length === 0);
      expect(runs).toBe(1);
    });

    it('comes again when the work says so', async () => {
      const next = new Date(Date.now() + 3_600_000);
      replicas.start(async () => next);
      await replicas.ask();
      await until(async () => (await replicas.waiting())[0]?.getTime() === next.getTime());
    });

    it('is done again for whoever asked while it ran, also in a transaction that ends later than the work', async () => {
      let runs = 0;
      let commit: () => void = () => undefined;
      let asked: Promise<void> = Promise.resolve();
      replicas.start(async () => {
        if (++runs === 1) {
          const open = new Promise<void>((done) => (commit = done));
          const written = new Promise<void>((isWritten) => {
            asked = replicas.database.transaction(async (tx) => {
              await askFor(tx, 'privacy.rotation', new Date());
              isWritten();
              await open;
            });
          });
          await written;
          setTimeout(commit, 200);
        }
        return null;
      });
      await replicas.ask();
      await until(() => runs === 2);
      await asked;
      await until(async () => (await replicas.waiting()).length === 0);
      expect(runs).toBe(2);
    });

    it('is tried again after a failure, less and less often, reported by its code, and never lost', async () => {
      const tries: number[] = [];
      replicas.troubles.length = 0;
      replicas.start(async () => {
        if (tries.push(performance.now()) < 5) throw new Error('ada@example.org');
        return null;
      });
      await replicas.ask();
      await until(() => tries.length === 5);
      await until(async () => (await replicas.waiting()).length === 0);
      const gaps = tries.slice(1).map((at, index) => at - (tries[index] as number));
      for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(2 ** index * LOOK_MS - 20);
      expect(replicas.troubles).toEqual(Array(4).fill('job_failed privacy.rotation'));
    });

    it('waits after many failures no longer than 64 looks', async () => {
      await replicas.ask();
      await replicas.database.query('UPDATE job SET failures = 5000');
      replicas.start(async () => {
        throw new Error('not now');
      });
      const wait = 'SELECT (extract(epoch FROM retry_at - clock_timestamp()) * 1000)::float8 AS ms FROM job';
      const ms = async () => (await replicas.database.query<{ ms: number | null }>(wait)).rows[0]?.ms ?? null;
      await until(async () => (await ms()) !== null);
      expect(await ms()).toBeGreaterThan(32 * LOOK_MS);
      expect(await ms()).toBeLessThanOrEqual(64 * LOOK_MS);
    });

    const most = async (replicaCount: number) => {
      let [runs, now, together] = [0, 0, 0];
      for (let n = 0; n < replicaCount; n++)
        replicas.start(async () => {
          together = Math.max(together, ++now);
          await sleep(150);
          now--;
          return ++runs < 5 ? new Date() : null;
        });
      await replicas.ask();
      await until(async () => runs >= 5 && (await replicas.waiting()).length === 0);
      return together;
    };

    it('is never done by two replicas at the same time', async () => {
      expect(await most(3)).toBe(1);
    });

    it('would be done by two at the same time without the lock', async () => {
      const unlocked = replicas.database;
      const transaction = unlocked.transaction.bind(unlocked);
      // Grants the lock to whoever asks.
      const open: Database = Object.assign(Object.create(unlocked), {
        transaction: (work: Parameters<typeof transaction>[0]) =>
          transaction((tx) => {
            const query = (text: string, values?: unknown[]) =>
              text.includes('pg_try_advisory_xact_lock') ? { rows: [{ taken: true }] } : tx.query(text, values);
            return work({ query, inTransaction: true } as never);
          }),
      });
      let [now, together] = [0, 0];
      const work = async () => {
        together = Math.max(together, ++now);
        await until(() => together > 1);
        now--;
        return null;
      };
      for (let n = 0; n < 2; n++) replicas.start(work, { database: open });
      await replicas.ask();
      await until(() => together > 1);
    });

    it('finishes the one in hand before it stops, and takes up nothing new', async () => {
      let [begun, ended] = [0, 0];
      const jobs = replicas.start(async () => {
        begun++;
        await sleep(400);
        ended++;
        return new Date();
      });
      await replicas.ask();
      await until(() => begun === 1);
      await jobs.stop();
      expect([begun, ended]).toEqual([1, 1]);
      await sleep(3 * LOOK_MS);
      expect([begun, await replicas.waiting().then((rows) => rows.length)]).toEqual([1, 1]);
    });

    it('is taken over from a replica that was killed at it', async () => {
      const child: ChildProcess = spawn(
        process.execPath,
        [
          '--experimental-transform-types',
          '--no-warnings',
          '--conditions=@daybook/source',
          fileURLToPath(new URL('./replica-in-child.mjs', import.meta.url)),
          url,
          String(LOOK_MS),
          ...executes.childArguments,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const exited = once(child, 'exit');
      await replicas.ask();
      const [said] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), exited]);
      expect(String(said)).toBe('at it\n');
      let runs = 0;
      replicas.start(async () => {
        runs++;
        return null;
      });
      await sleep(5 * LOOK_MS);
      expect(runs).toBe(0);
      child.kill('SIGKILL');
      await exited;
      await until(async () => (await replicas.waiting()).length === 0, 30 * LOOK_MS + 5_000);
      expect(runs).toBe(1);
    });

    it('is done again when the connection that holds the lock is cut, and the process lives', async () => {
      let runs = 0;
      replicas.start(async () => {
        if (++runs === 1)
          await replicas.database.query(
            `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          );
        return null;
      });
      await replicas.ask();
      await until(async () => (await replicas.waiting()).length === 0);
      expect(runs).toBe(2);
      expect(replicas.troubles).toContain('job_unsettled privacy.rotation');
    });

    it('refuses to start without a handler for a job of its own, or with one for what it does not own', async () => {
      const start = (handlers: object) => () => {
        const jobs = executes.make({
          service: 'privacy',
          database: replicas.database,
          clock: () => new Date(),
          logger: silentLogger,
        });
        jobs.start(handlers as JobHandlers<'privacy'>);
      };
      const own = { 'privacy.rotation': nothing, 'privacy.sweep': nothing };
      expect(start({ 'privacy.rotation': nothing })).toThrow(JobWithoutOwner);
      expect(start({ ...own, 'identity.expired-rows': nothing })).toThrow(JobWithoutOwner);
      expect(start({ ...own, 'privacy.undeclared': nothing })).toThrow(JobWithoutOwner);
    });
  });
}
