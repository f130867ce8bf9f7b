import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FileEvent } from '@daybook/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveEvent } from '../watch/save-event.js';
import { Spool, SpoolFull } from './spool.js';

const CHILD = fileURLToPath(new URL('./add-until-killed.mjs', import.meta.url));
const KILLS = process.env.DAYBOOK_PROVE ? 200 : 10;
const key = Buffer.alloc(32).toString('base64url');
const save = (name: string): FileEvent => saveEvent(key, `/clients/${name}`, 1) as FileEvent;
const names = (spool: Spool) =>
  spool.contents().flatMap(({ events }) => events.map((event) => 'name' in event && event.name));

describe('the spool', () => {
  let folder: string;
  let spool: Spool;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-spool-'));
    spool = new Spool(join(folder, 'spool'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps what was added over a restart, in order, readable by this person alone', () => {
    spool.add('files', [save('a'), save('b')]);
    spool.closeAll();
    spool.add('files', [save('c')]);
    expect(names(new Spool(join(folder, 'spool')))).toEqual(['a', 'b', 'c']);
    expect(statSync(join(folder, 'spool')).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(join(folder, 'spool')))
      expect(statSync(join(folder, 'spool', file)).mode & 0o777).toBe(0o600);
  });

  it('never changes a batch: what is added later is another one', () => {
    spool.add('files', [save('a')]);
    spool.closeAll();
    const [first] = spool.batches();
    const before = spool.read(first as string);
    spool.add('files', [save('b')]);
    spool.closeAll();
    expect(spool.read(first as string)).toEqual(before);
    expect(spool.batches()).toHaveLength(2);
  });

  it('makes batches that the server takes, however much is added at once', () => {
    const many = Array.from({ length: 2_500 }, (_, n) => save(`file-${n}`));
    spool.add('files', many.slice(0, 900));
    spool.add('files', many.slice(900));
    spool.closeAll();
    const batches = spool.batches().map((file) => spool.read(file)?.events ?? []);
    expect(Math.max(...batches.map((events) => events.length))).toBeLessThanOrEqual(1_000);
    expect(batches.flat()).toEqual(many);
  });

  it('does not glue a save to the half line that a crash left', () => {
    spool.add('files', [save('a')]);
    appendFileSync(join(folder, 'spool', 'open.files.jsonl'), '{"id":"half of a li');
    spool.add('files', [save('b')]);
    expect(names(spool)).toEqual(['a', 'b']);
  });

  it('forgets one source, and nothing else', () => {
    for (const source of ['files', 'web'] as const) {
      spool.add(source, [save(`old-${source}`)]);
      spool.closeAll();
      spool.add(source, [save(`new-${source}`)]);
    }
    spool.wipe('files');
    expect(names(spool).sort()).toEqual(['new-web', 'old-web']);
    spool.wipe();
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  it('halves a batch that is too large for the server, losing nothing', () => {
    spool.addBatches('files', [save('a'), save('b'), save('c')]);
    const [file] = spool.batches();
    spool.halve(spool.read(file as string) as NonNullable<ReturnType<Spool['read']>>);
    expect(spool.batches()).toHaveLength(2);
    expect(names(spool)).toEqual(['a', 'b', 'c']);
  });

  it('says when it is full, keeps what it has, and takes more once something was sent', () => {
    const small = new Spool(join(folder, 'spool'), 2_000);
    const kept: string[] = [];
    const fill = () => {
      for (let n = 0; n < 100; n++) {
        small.add('files', [save(`file-${n}`)]);
        kept.push(`file-${n}`);
      }
    };
    expect(fill).toThrow(SpoolFull);
    expect(fill).toThrow(/the spool is full .* it empties when Daybook can be reached/);
    expect(kept.length).toBeGreaterThan(5);
    expect(names(small)).toEqual(kept);
    small.closeAll();
    small.remove(small.batches()[0] as string);
    small.add('files', [save('after')]);
    expect(names(small)).toEqual(['after']);
  });

  it(`holds every acknowledged save exactly once after ${KILLS} kills at random instants`, async () => {
    const { acknowledged, held } = await killed(KILLS, 'late');
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    expect(lost(acknowledged, held)).toEqual([]);
    expect(new Set(held).size).toBe(held.length);
    // What was killed between keeping and saying so may be there as well: at most one addition a kill.
    expect(held.length - acknowledged.length).toBeLessThanOrEqual(3 * KILLS);
  }, 600_000);

  it('would be caught by that if it acknowledged before it had kept', async () => {
    let missing: string[] = [];
    for (let tries = 0; tries < 20 && !missing.length; tries++) {
      const { acknowledged, held } = await killed(2, 'early');
      missing = lost(acknowledged, held);
    }
    expect(missing.length).toBeGreaterThan(0);
  });

  const lost = (acknowledged: string[], held: string[]) => {
    const there = new Set(held);
    return acknowledged.filter((id) => !there.has(id));
  };
  async function killed(kills: number, order: 'late' | 'early') {
    const [acknowledged, held]: [string[], string[]] = [[], []];
    for (let run = 0; run < kills; run++) {
      const child = spawn(process.execPath, [CHILD, join(folder, 'spool'), String(run), order], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      await once(child.stdout, 'data');
      await sleep(Math.random() * 150);
      child.kill('SIGKILL');
      await once(child, 'close');
      acknowledged.push(...printed.split('\n').filter(Boolean));
      // A restarted agent goes on where it was; every third time it can send as well.
      spool.closeAll();
      for (const file of run % 3 === 2 || run === kills - 1 ? spool.batches() : []) {
        held.push(...(spool.read(file)?.events ?? []).map(({ id }) => id));
        spool.remove(file);
      }
    }
    return { acknowledged, held };
  }

  it('loses nothing on a full disk, says so, sends from it, and goes on once there is room', ({ skip }) => {
    if (!canMount()) skip('a full disk needs a small one of its own, which only root may mount on Linux');
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
    try {
      const onDisk = new Spool(join(disk, 'spool'));
      onDisk.add('files', [save('first')]);
      writeFileSync(join(disk, 'photos'), Buffer.alloc(40_000));
      const kept = ['first'];
      const add = (n: number) => {
        onDisk.add('files', [save(`${n}-${'x'.repeat(200)}`)]);
        kept.push(`${n}-${'x'.repeat(200)}`);
      };
      expect(() => {
        for (let n = 0; n < 10_000; n++) add(n);
      }).toThrow(/the disk is full; free some room/);
      expect(names(onDisk)).toEqual(kept);
      // Closing for sending needs no room.
      onDisk.closeAll();
      expect(onDisk.batches()).toHaveLength(1);
      expect(names(onDisk)).toEqual(kept);
      rmSync(join(disk, 'photos'));
      add(10_000);
      expect(names(onDisk)).toEqual(kept);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});

function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}
