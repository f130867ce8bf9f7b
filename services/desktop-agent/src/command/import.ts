import { type ActivityEvent, Day } from '@daybook/contracts';
import { visitsSince } from '../browser/history.js';
import { visitEvent } from '../browser/visit-events.js';
import type { AgentHome } from '../home/agent-state.js';
import { Refused } from '../refused.js';
import { DaybookClient } from '../sender/daybook-client.js';
import { Sender } from '../sender/sender.js';
import { Spool } from '../spool/spool.js';
import { savedSince } from '../watch/folder-watch.js';
import { saveEvent } from '../watch/save-event.js';

const REASONS: Record<string, string> = {
  outside_consent: 'lie before your consent; agree to the past in Daybook to include them',
  too_old: 'are older than what Daybook keeps',
  from_the_future: 'are dated in the future',
  invalid: 'could not be read',
  unknown_field_only: 'could not be read',
};

/** What this machine knows already: save times of granted folders, and browser history. The server keeps only what a consent covers. */
export async function collect(
  home: AgentHome,
  since: number,
): Promise<{ files: ActivityEvent[]; web: ActivityEvent[] }> {
  const { key, grants, browsers } = home.read();
  const files: ActivityEvent[] = [];
  for (const root of grants) {
    for await (const { path, at } of savedSince(root, since)) {
      const event = saveEvent(key, path, at);
      if (event) files.push(event);
    }
  }
  const visits = browsers.flatMap((profile) =>
    visitsSince(profile, since).map((visit) => visitEvent(key, profile, visit)),
  );
  const web = visits.filter((event) => event !== undefined);
  return { files, web };
}

export async function importSince(home: AgentHome, day: string, say: (line: string) => void): Promise<void> {
  const { url, token } = home.pairing();
  const client = new DaybookClient(url, token);
  const consents = await client.consents();
  if (consents === 'revoked') throw new Refused('this device was revoked; pair it again');
  if (!consents) throw new Refused(`${url} cannot be reached; try again later`);
  const on = new Set(consents.filter((one) => one.state !== 'off').map((one) => one.source));
  const found = await collect(home, startOf(day));
  const spool = new Spool(home.spoolFolder);
  for (const source of ['files', 'web'] as const) {
    if (!found[source].length) continue;
    if (!on.has(source)) say(`${source}: switched off in Daybook; ${found[source].length} left out`);
    else {
      say(`${source}: ${found[source].length} found`);
      for (let n = 0; n < found[source].length; n += 5_000) spool.add(source, found[source].slice(n, n + 5_000));
    }
  }
  const { sent, dropped, waitMs } = await new Sender(spool, client).sendAll();
  say(`${sent} accepted`);
  for (const [reason, count] of Object.entries(dropped))
    say(`${count} ${REASONS[reason] ?? `were refused (${reason})`}`);
  if (waitMs) say('Daybook is busy; the rest is sent by "daybook-agent run".');
}

/** Start of a day on this machine. Throws {@link Refused} for what is not a day. */
export function startOf(day: string): number {
  const parsed = Day.safeParse(day);
  if (!parsed.success) throw new Refused(`"${day}" is not a day; write it like 2026-11-24`);
  return new Date(`${parsed.data}T00:00:00`).getTime();
}
