import { constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BrowserProfile } from '../home/agent-home.js';
import { cutAddress } from './address.js';

/** A visit, with no more than may be kept (P8): the address is cut to scheme, host and path before it leaves this file. */
export interface Visit {
  /** Epoch milliseconds. */
  at: number;
  /** How long it was looked at; absent where the browser does not say. */
  seconds?: number;
  address: string;
  title: string;
}

export interface Reading {
  visits: Visit[];
  /** Visits later than this were not read yet. */
  moreAfter?: number;
}

/** The history cannot be read now: it is being written, not there, or of a form that is not known. */
export class HistoryUnreadable extends Error {}

const LONGEST_VISIT = 15 * 60;
const LONGEST_TITLE = 1_024;
const AT_ONCE = 20_000;
const FILES = ['', '-wal', '-journal'];
/** Microseconds between 1601, Chromium's beginning of time, and 1970. */
const CHROMIUM_EPOCH = 11_644_473_600_000_000n;

/** Chains end where the person arrived; frames, redirects, synced and imported visits are not theirs on this machine. */
const CHROMIUM_SQL = `
SELECT u.url AS url, u.title AS title, CAST(v.visit_time AS TEXT) AS at,
  CASE WHEN c.total_foreground_duration >= 0 THEN c.total_foreground_duration ELSE v.visit_duration END / 1000000 AS seconds
FROM visits v JOIN urls u ON u.id = v.url LEFT JOIN context_annotations c ON c.visit_id = v.id LEFT JOIN visit_source s ON s.id = v.id
WHERE v.visit_time >= CAST(:since AS INTEGER) AND u.hidden = 0 AND (v.transition & 0x20000000) != 0 AND (v.transition & 0xff) NOT IN (3, 4)
  AND coalesce(v.originator_cache_guid, '') = '' AND s.id IS NULL
ORDER BY v.visit_time, v.id LIMIT ${AT_ONCE}`;
/** 4 embedded, 5 and 6 redirects, 7 download, 8 framed. */
const FIREFOX_SQL = `
SELECT p.url AS url, coalesce(p.title, '') AS title, CAST(v.visit_date AS TEXT) AS at
FROM moz_historyvisits v JOIN moz_places p ON p.id = v.place_id
WHERE v.visit_date >= CAST(:since AS INTEGER) AND p.hidden = 0 AND v.visit_type NOT IN (4, 7, 8)
  AND NOT EXISTS (SELECT 1 FROM moz_historyvisits r WHERE r.from_visit = v.id AND r.visit_type IN (5, 6))
ORDER BY v.visit_date, v.id LIMIT ${AT_ONCE}`;

/**
 * Visits since a moment (epoch milliseconds), from a copy in that folder: the browser's own file is never opened, so never locked.
 * Private windows are never in it, nor is Daybook itself (`own`, its address): looking at one's day is not what one did that day.
 * Throws {@link HistoryUnreadable}.
 */
export function visitsSince(profile: BrowserProfile, since: number, copies: string, own?: string): Reading {
  mkdirSync(copies, { recursive: true, mode: 0o700 });
  sweepCopies(copies, 60_000);
  const folder = mkdtempSync(join(copies, 'copy-'));
  try {
    const reading = read(copyOf(profile.file, folder), profile.kind, since);
    return { ...reading, visits: reading.visits.filter(({ address }) => !isOf(own, address)) };
  } catch (error) {
    if (error instanceof HistoryUnreadable) throw error;
    throw new HistoryUnreadable(
      `the history of ${profile.name} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isOf = (site: string | undefined, address: string): boolean =>
  site !== undefined && (address === site || address.startsWith(`${site.replace(/\/$/, '')}/`));

/** Copies that a kill left behind hold whole addresses. */
export function sweepCopies(copies: string, olderThanMs: number): void {
  for (const name of listed(copies)) {
    const path = join(copies, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && Date.now() - found.mtimeMs >= olderThanMs) rmSync(path, { recursive: true, force: true });
  }
}

/** When the history last changed; unchanged means nothing to read. */
export const changedAt = ({ file }: BrowserProfile): string => FILES.map((suffix) => stamp(file + suffix)).join();

export const browserName = (profile: BrowserProfile): string =>
  [...(profile.name.split(':')[0] || basename(profile.file))].slice(0, 40).join('');

/** All of one moment: a write during the copying would tear it. */
function copyOf(file: string, folder: string): string {
  const copy = join(folder, 'history');
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = FILES.map((suffix) => stamp(file + suffix));
    for (const [n, suffix] of FILES.entries()) {
      rmSync(copy + suffix, { force: true });
      if (before[n]) copyFileSync(file + suffix, copy + suffix, constants.COPYFILE_FICLONE);
    }
    if (before.join() === FILES.map((suffix) => stamp(file + suffix)).join()) return copy;
  }
  throw new HistoryUnreadable('the browser is writing its history just now');
}

function read(copy: string, kind: BrowserProfile['kind'], since: number): Reading {
  const database = new DatabaseSync(copy);
  try {
    const sound = database.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined;
    if (sound?.quick_check !== 'ok') throw new HistoryUnreadable('the browser is writing its history just now');
    const epoch = kind === 'chromium' ? CHROMIUM_EPOCH : 0n;
    const from = BigInt(Math.floor(since)) * 1_000n + epoch;
    const rows = database
      .prepare(kind === 'chromium' ? CHROMIUM_SQL : FIREFOX_SQL)
      .all({ since: from.toString() }) as unknown as Row[];
    const visits = rows.map((row) => ({ ...row, at: Number((BigInt(row.at) - epoch) / 1_000n) }));
    const last = visits.at(-1)?.at;
    return { visits: visits.flatMap(visit), ...(rows.length === AT_ONCE && { moreAfter: last }) };
  } finally {
    database.close();
  }
}

interface Row {
  url: string;
  title: string;
  at: string;
  seconds?: number;
}
function visit({ url, title, at, seconds }: Omit<Row, 'at'> & { at: number }): Visit[] {
  const address = cutAddress(url);
  if (!address) return [];
  return [
    {
      at,
      ...(seconds !== undefined && { seconds: Math.min(LONGEST_VISIT, Math.max(0, Math.round(seconds))) }),
      address,
      title: [...title].slice(0, LONGEST_TITLE).join(''),
    },
  ];
}

function stamp(path: string): string {
  try {
    const found = statSync(path, { bigint: true });
    return `${found.ino}:${found.mtimeNs}:${found.size}`;
  } catch {
    return '';
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
