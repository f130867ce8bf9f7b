import type { AgentHome } from '../home/agent-home.js';
import { isPaused } from '../home/pauses.js';
import { DaybookClient } from '../sender/daybook-client.js';
import type { Spool } from '../spool/spool.js';

/** What is paired, granted, agreed and waiting. */
export async function statusOf(home: AgentHome, spool: Spool) {
  const { url, token, grants, browsers, pauses } = home.settings();
  const { lastSent } = home.progress();
  const consents = url && token ? await new DaybookClient(url, token).consents() : undefined;
  const unlock = home.lock();
  unlock?.();
  const now = Date.now();
  const pause = pauses.find((one) => isPaused([one], now));
  return {
    home: home.folder,
    running: !unlock,
    pairedWith: token ? url : undefined,
    paused: pause && (pause.until === undefined ? 'until resumed' : new Date(pause.until).toISOString()),
    granted: grants,
    browsers: browsers.map((one) => one.name),
    sources:
      consents === undefined || consents === 'revoked'
        ? (consents ?? 'unknown')
        : consents.items
            .filter(({ source }) => source === 'files' || source === 'web')
            .map(({ source, state }) => ({ source, state })),
    waiting: spool.contents().reduce((sum, one) => sum + one.events.length, 0),
    lastSent,
  };
}

export function statusLines(status: Awaited<ReturnType<typeof statusOf>>): string[] {
  const { sources } = status;
  const agreed = Array.isArray(sources)
    ? sources.map(({ source, state }) => `${source} ${state}`).join(', ')
    : sources === 'revoked'
      ? 'this device was revoked; run "daybook-agent unpair", then "daybook-agent pair ADDRESS"'
      : 'unknown (Daybook cannot be reached)';
  return [
    `paired:   ${status.pairedWith ?? 'no'}`,
    `running:  ${status.running ? 'yes' : 'no'}`,
    `paused:   ${status.paused ?? 'no'}`,
    `granted:  ${status.granted.join(', ') || 'nothing yet'}`,
    `browsers: ${status.browsers.join(', ') || 'none'}`,
    `sources:  ${status.pairedWith ? agreed : 'unknown (not paired)'}`,
    `waiting:  ${status.waiting}`,
    `sent:     ${status.lastSent ?? 'nothing yet'}`,
    `kept in:  ${status.home}`,
  ];
}
