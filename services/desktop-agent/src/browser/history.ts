import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BrowserProfile } from '../home/agent-state.js';

/** A visit, with no more than may be kept (P8): the address is cut to scheme, host and path before it leaves this file. */
export interface Visit {
  at: number;
  seconds: number;
  address: string;
  title: string;
}

const LONGEST_VISIT = 15 * 60;
/** Microseconds between 1601, Chromium's beginning of time, and 1970. */
const CHROMIUM_EPOCH = 11_644_473_600_000_000n;

/** Chains end where the person arrived; frames, redirects, synced and imported visits are not theirs on this machine. */
const CHROMIUM_SQL = `
SELECT u.url AS url, u.title AS title, CAST(v.visit_time AS TEXT) AS at, v.visit_duration / 1000000 AS duration, coalesce(c.total_foreground_duration, -1) / 1000000 AS foreground
FROM visits v JOIN urls u ON u.id = v.url LEFT JOIN context_annotations c ON c.visit_id = v.id LEFT JOIN visit_source s ON s.id = v.id
WHERE v.visit_time >= CAST(:since AS INTEGER) AND u.hidden = 0 AND (v.transition & 0x20000000) != 0 AND (v.transition & 0xff) NOT IN (3, 4)
  AND coalesce(v.originator_cache_guid, '') = '' AND s.id IS NULL
ORDER BY v.visit_time, v.id LIMIT 20000`;
/** 4 embedded, 5 and 6 redirects, 7 download, 8 framed. */
const FIREFOX_SQL = `
SELECT p.url AS url, coalesce(p.title, '') AS title, CAST(v.visit_date AS TEXT) AS at
FROM moz_historyvisits v JOIN moz_places p ON p.id = v.place_id
WHERE v.visit_date >= CAST(:since AS INTEGER) AND p.hidden = 0 AND v.visit_type NOT IN (4, 7, 8)
  AND NOT EXISTS (SELECT 1 FROM moz_historyvisits r WHERE r.from_visit = v.id AND r.visit_type IN (5, 6))
ORDER BY v.visit_date, v.id LIMIT 20000`;

/** Visits since a moment (epoch milliseconds), from a copy: the browser's own file is never locked. Private windows are never in it. */
export function visitsSince(profile: BrowserProfile, since: number): Visit[] {
  if (!existsSync(profile.file)) return [];
  const folder = mkdtempSync(join(tmpdir(), 'daybook-history-'));
  try {
    const copy = join(folder, 'history');
    for (const suffix of ['', '-wal', '-journal'])
      if (existsSync(profile.file + suffix)) copyFileSync(profile.file + suffix, copy + suffix);
    return read(copy, profile, since);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When the history last changed; unchanged means nothing to read. */
export function changedAt({ file }: BrowserProfile): number {
  return Math.max(
    ...['', '-wal', '-journal'].map((suffix) => statSync(file + suffix, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}

export const browserName = (profile: BrowserProfile): string =>
  (profile.name.split(':')[0] ?? basename(profile.file)).slice(0, 40);

function read(copy: string, { kind }: BrowserProfile, since: number): Visit[] {
  const database = new DatabaseSync(copy);
  try {
    // A copy taken in the middle of a write may be torn: then there is another time.
    const sound = database.prepare('PRAGMA quick_check').get() as { quick_check?: string } | undefined;
    if (sound?.quick_check !== 'ok') return [];
    const micros = BigInt(Math.floor(since)) * 1_000n + (kind === 'chromium' ? CHROMIUM_EPOCH : 0n);
    const rows = database
      .prepare(kind === 'chromium' ? CHROMIUM_SQL : FIREFOX_SQL)
      .all({ since: micros.toString() }) as {
      url: string;
      title: string;
      at: string;
      duration?: number;
      foreground?: number;
    }[];
    return rows.flatMap((row): Visit[] => {
      const address = cutAddress(row.url);
      if (!address) return [];
      const at = Number((BigInt(row.at) - (kind === 'chromium' ? CHROMIUM_EPOCH : 0n)) / 1_000n);
      const looked = row.foreground !== undefined && row.foreground >= 0 ? row.foreground : (row.duration ?? 0);
      return [
        {
          at,
          seconds: Math.min(LONGEST_VISIT, Math.max(0, Math.round(looked))),
          address,
          title: [...row.title].slice(0, 1_024).join(''),
        },
      ];
    });
  } catch {
    return [];
  } finally {
    database.close();
  }
}

/** scheme + host + path. Query, fragment and user may hold secrets and never get further; other schemes are not web sites. */
export function cutAddress(url: string): string | undefined {
  try {
    const { protocol, host, pathname } = new URL(url);
    const address = `${protocol}//${host}${pathname}`;
    return (protocol === 'http:' || protocol === 'https:') && host && [...address].length <= 2_048
      ? address
      : undefined;
  } catch {
    return undefined;
  }
}
