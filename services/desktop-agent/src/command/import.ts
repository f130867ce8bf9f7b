import type { FileEvent, WebEvent } from '@daybook/contracts';
import { HistoryUnreadable, type Visit, visitsSince } from '../browser/history.js';
import { visitEvent } from '../browser/visit-events.js';
import { consentOf, covers, withConsents } from '../consent/coverage.js';
import { inside } from '../grant/grants.js';
import type { AgentHome, BrowserProfile, Progress } from '../home/agent-home.js';
import { isPaused } from '../home/pauses.js';
import { Refused } from '../refused.js';
import { DaybookClient } from '../sender/daybook-client.js';
import { droppedLines } from '../sender/dropped.js';
import { Sender } from '../sender/sender.js';
import { Spool } from '../spool/spool.js';
import { saveEvent } from '../watch/save-event.js';
import { savedSince } from '../watch/saved.js';

const SOURCES = ['files', 'web'] as const;
export type Collected = Record<(typeof SOURCES)[number], (FileEvent | WebEvent)[]>;
type Say = (line: string) => void;

/**
 * What this machine knows already, since a moment: save times of granted folders, and browser history; only what is agreed to. What is
 * left out is said, by count. Ids are those of the watcher, so that nothing is stored twice.
 */
export async function collect(home: AgentHome, progress: Progress, since: number, note: Say): Promise<Collected> {
  const settings = home.settings();
  const collected: Collected = { files: [], web: [] };
  for (const source of SOURCES) {
    if (source === 'files' ? !settings.grants.length : !settings.browsers.length) continue;
    const state = consentOf(source, progress.consents)?.state ?? 'off';
    if (state !== 'on' || isPaused(settings.pauses, Date.now())) {
      note(`${source}: ${state === 'off' ? 'not switched on in Daybook' : 'paused'}; nothing is read`);
      continue;
    }
    const found: (FileEvent | WebEvent)[] = source === 'files' ? await saves(home, since) : visits(home, since, note);
    collected[source] = found.filter((event) => covers(source, { settings, progress }, Date.parse(event.at)));
    const left = found.length - collected[source].length;
    if (left) note(`${source}: ${left} lie outside what you agreed to; agree to the past in Daybook to include them`);
  }
  return collected;
}

export async function importSince(home: AgentHome, since: number, say: Say): Promise<void> {
  const { url, token } = home.pairing();
  const client = new DaybookClient(url, token);
  const progress = await heard(home, client);
  if (!progress) throw new Refused(`${url} cannot be reached; try again later`);
  const found = await collect(home, progress, since, say);
  const spool = new Spool(home.spoolFolder);
  for (const source of SOURCES) {
    if (!found[source].length) continue;
    say(`${source}: ${found[source].length} found`);
    spool.addBatches(source, found[source]);
  }
  const { sent, dropped, waitMs, revoked } = await new Sender(spool, client).sendAll();
  if (revoked) throw new Refused(REVOKED);
  say(`${sent} accepted`);
  for (const line of droppedLines(dropped)) say(line);
  if (waitMs) say('Daybook is busy or away; the rest is sent by "daybook-agent run".');
}

/** Exactly what `import --since` would send now, one event a line. Sends nothing. */
export async function preview(home: AgentHome, since: number, show: Say, note: Say): Promise<void> {
  const { url, token } = home.settings();
  const progress = url && token ? await heard(home, new DaybookClient(url, token)) : undefined;
  if (!token) note('not paired: nothing can be sent');
  else if (!progress) note('Daybook cannot be reached: by what you had agreed to when it last could');
  const found = await collect(home, progress ?? home.progress(), since, note);
  for (const source of SOURCES) for (const event of found[source]) show(JSON.stringify({ source, ...event }));
  if (!SOURCES.some((source) => found[source].length)) note('nothing would be sent');
}

/** The consents as they are now; undefined when they cannot be asked. Keeps nothing: progress belongs to the running agent. */
async function heard(home: AgentHome, client: DaybookClient): Promise<Progress | undefined> {
  const consents = await client.consents();
  if (consents === 'revoked') throw new Refused(REVOKED);
  return consents && withConsents(home.progress(), consents, Date.now());
}

const REVOKED = 'this device was revoked; run "daybook-agent unpair", then "daybook-agent pair ADDRESS"';

async function saves(home: AgentHome, since: number): Promise<FileEvent[]> {
  const { key, grants } = home.settings();
  const events: FileEvent[] = [];
  for (const root of grants)
    for await (const { path, at } of savedSince(root, since)) {
      const event = inside(path, home.folder) ? undefined : saveEvent(key, path, at);
      if (event) events.push(event);
    }
  return events;
}

function visits(home: AgentHome, since: number, note: Say): WebEvent[] {
  const { key, browsers } = home.settings();
  return browsers.flatMap((profile) =>
    read(home, profile, since, note).flatMap((visit) => visitEvent(key, profile, visit) ?? []),
  );
}

function read(home: AgentHome, profile: BrowserProfile, since: number, note: Say): Visit[] {
  const found: Visit[] = [];
  try {
    for (let from: number | undefined = since; from !== undefined; ) {
      const { visits, moreAfter } = visitsSince(profile, from, home.copiesFolder, home.settings().url);
      found.push(...visits);
      from = moreAfter;
    }
  } catch (error) {
    if (!(error instanceof HistoryUnreadable)) throw error;
    note(error.message);
  }
  return found;
}
