import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consent, Source } from '@daybook/contracts';
import { changedAt } from '../browser/history.js';
import { newVisits } from '../browser/visit-events.js';
import { type AgentHome, isPaused } from '../home/agent-state.js';
import { Refused } from '../refused.js';
import { DaybookClient } from '../sender/daybook-client.js';
import { Sender } from '../sender/sender.js';
import { Spool, SpoolFull } from '../spool/spool.js';
import { FolderWatch } from '../watch/folder-watch.js';
import { saveEvent } from '../watch/save-event.js';

const TICK_MS = 1_000;
const SEND_EVERY_MS = 3_000;
const ASK_EVERY_MS = 5_000;
const READ_HISTORY_EVERY_MS = 15_000;

/** Watches and sends until it is stopped. Prints counts, never names or paths. */
export async function runAgent(home: AgentHome, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { url, token } = home.pairing();
  const unlock = lockHome(home);
  const spool = new Spool(home.spoolFolder);
  const client = new DaybookClient(url, token);
  const sender = new Sender(spool, client);
  const watches = new Map<string, FolderWatch>();
  let consents = new Map<Source, Consent>();
  let [nextAsk, nextSend, nextHistory] = [0, 0, 0];
  const histories = new Map<string, number>();
  const said = new Set<string>();
  const once = (line: string) => {
    if (!said.has(line)) say(line);
    said.add(line);
  };
  const allowed = (source: Source) => consents.get(source)?.state === 'on' && !isPaused(home.read(), new Date());
  const keep = (source: Source, events: Parameters<Spool['add']>[1]): boolean => {
    try {
      spool.add(source, events);
      said.clear();
      return true;
    } catch (error) {
      if (!(error instanceof SpoolFull)) throw error;
      once(error.message);
      return false;
    }
  };
  say('Running. Ctrl-C stops.');
  try {
    while (!signal.aborted) {
      const now = Date.now();
      if (now >= nextAsk) {
        const answer = await client.consents();
        if (answer === 'revoked') return forgetPairing(home, spool);
        if (answer) consents = new Map(answer.map((one) => [one.source, one]));
        else once('Daybook cannot be reached; what is captured waits here.');
        nextAsk = now + ASK_EVERY_MS;
        // A source that is off waits for nobody.
        if (answer) for (const { source, state } of answer) if (state === 'off') spool.wipe(source);
      }
      await syncWatches(
        home,
        watches,
        allowed('files'),
        (path, at) => {
          const event = allowed('files') ? saveEvent(home.read().key, path, at) : undefined;
          if (event) keep('files', [event]);
        },
        once,
      );
      if (now >= nextHistory && allowed('web')) {
        nextHistory = now + READ_HISTORY_EVERY_MS;
        const since = Date.parse(consents.get('web')?.since ?? new Date().toISOString());
        for (const profile of home.read().browsers) {
          const changed = changedAt(profile);
          if (histories.get(profile.file) === changed) continue;
          const { events, done } = newVisits(home, profile, since);
          if (!events.length || keep('web', events)) {
            done();
            histories.set(profile.file, changed);
          }
        }
      }
      if (now >= nextSend) {
        const { sent, waitMs, revoked } = await sender.sendAll();
        if (revoked) return forgetPairing(home, spool);
        if (sent) {
          home.update((state) => {
            state.lastSent = new Date().toISOString();
          });
          say(`sent ${sent}`);
        }
        nextSend = Date.now() + Math.max(SEND_EVERY_MS, waitMs);
      }
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
    // What was captured goes out now rather than at the next start.
    await Promise.race([sender.sendAll(), sleep(2_000)]);
    say('Stopped.');
  } finally {
    for (const watcher of watches.values()) watcher.close();
    unlock();
  }
}

/** Watches what is granted, while the source is on; nothing otherwise. */
async function syncWatches(
  home: AgentHome,
  watches: Map<string, FolderWatch>,
  on: boolean,
  onSave: (path: string, at: number) => void,
  trouble: (line: string) => void,
): Promise<void> {
  const wanted = on ? home.read().grants : [];
  for (const [root, watcher] of watches) {
    if (wanted.includes(root) && watcher.folders > 0) continue;
    watcher.close();
    watches.delete(root);
  }
  for (const root of wanted) {
    if (watches.has(root)) continue;
    const watcher = new FolderWatch(root, ({ path, at }) => onSave(path, at), trouble);
    watches.set(root, watcher);
    await watcher.start();
  }
}

function forgetPairing(home: AgentHome, spool: Spool): never {
  spool.wipe();
  home.update((state) => {
    state.token = undefined;
    state.device = undefined;
  });
  throw new Refused('this device was revoked; what waited was erased. Run "daybook-agent pair" to pair it again');
}

/** One running agent per home. A lock whose process is gone is taken over. */
function lockHome(home: AgentHome): () => void {
  const path = join(home.folder, 'running.pid');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch {
      const pid = Number(readFileSync(path, 'utf8'));
      if (pid !== process.pid && alive(pid)) throw new Refused(`an agent runs already (process ${pid})`);
      rmSync(path, { force: true });
    }
  }
  throw new Refused('another agent is just starting; try again');
}
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
