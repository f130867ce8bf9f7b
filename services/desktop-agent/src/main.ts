import { realpathSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { findProfile, foundProfiles } from './browser/profiles.js';
import { collect, importSince, startOf } from './command/import.js';
import { install } from './command/install.js';
import { runAgent } from './command/run.js';
import { agentHome } from './config.js';
import { grant, revoke } from './grant/grants.js';
import { AgentHome, isPaused } from './home/agent-state.js';
import { pair } from './pairing/pair.js';
import { Refused } from './refused.js';
import { DaybookClient } from './sender/daybook-client.js';
import { Spool } from './spool/spool.js';

const home = new AgentHome(agentHome());
const spool = new Spool(home.spoolFolder);
const say = (line: string) => console.log(line);

const program = new Command('daybook-agent')
  .description(
    'Remembers which files you saved and which pages you read, for you alone. Nothing is sent before you pair, grant and agree.',
  )
  .exitOverride()
  .configureHelp({ sortSubcommands: false });
program
  .command('pair')
  .argument('<address>', 'of your Daybook, e.g. http://127.0.0.1:8420')
  .description('pair this computer with your account')
  .action((address: string) => pair(home, address, say));
program
  .command('grant')
  .argument('<folder>')
  .description('let saves in this folder be remembered: name, path and time, never contents')
  .action((folder: string) => say(`granted: ${grant(home, folder)}`));
program
  .command('revoke')
  .argument('<folder>')
  .description('take a folder back')
  .action((folder: string) => say(`no longer granted: ${revoke(home, folder)}`));
const browser = program
  .command('browser')
  .description('choose whose history is read (never private windows; addresses without query)');
browser
  .command('list')
  .description('profiles found on this computer')
  .action(() => {
    const chosen = new Set(home.read().browsers.map((one) => one.file));
    for (const { name, file } of foundProfiles()) say(`${chosen.has(file) ? '*' : ' '} ${name}`);
  });
browser
  .command('add')
  .argument('<profile>', 'a name from the list, or a profile folder')
  .action((given: string) => {
    const profile = findProfile(given);
    home.update((state) => {
      state.browsers = [...state.browsers.filter((one) => one.file !== profile.file), profile];
    });
    say(`reading ${profile.name}`);
  });
browser
  .command('remove')
  .argument('<profile>')
  .action((given: string) => {
    const known = home
      .read()
      .browsers.find((one) => one.name === given || one.file === given || one.file.startsWith(`${given}/`));
    if (!known) throw new Refused(`${given} is not being read`);
    home.update((state) => {
      state.browsers = state.browsers.filter((one) => one.file !== known.file);
      delete state.histories[known.file];
    });
    say(`no longer reading ${known.name}`);
  });
program
  .command('run')
  .description('watch and send until stopped')
  .action(async () => {
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
    await runAgent(home, say, stop.signal);
  });
program
  .command('import')
  .requiredOption('--since <day>', 'e.g. 2026-11-01')
  .description('send what this computer knows already, as far as you agreed to the past')
  .action(({ since }: { since: string }) => importSince(home, since, say));
program
  .command('preview')
  .option('--since <day>', 'from this day on', new Date().toISOString().slice(0, 10))
  .description('show exactly what would be sent; sends nothing')
  .action(async ({ since }: { since: string }) => {
    const { files, web } = await collect(home, startOf(since));
    for (const event of files) say(JSON.stringify({ source: 'files', ...event }));
    for (const event of web) say(JSON.stringify({ source: 'web', ...event }));
  });
program
  .command('outbox')
  .description('what is waiting to be sent')
  .action(() => {
    const waiting = spool.contents();
    for (const { source, events } of waiting) for (const event of events) say(JSON.stringify({ source, ...event }));
    if (!waiting.some((one) => one.events.length)) say('nothing is waiting');
  });
program
  .command('pause')
  .argument('[duration]', 'e.g. 30m, 2h, 1d; without it until you resume')
  .description('capture nothing for a while')
  .action((duration?: string) => {
    const until = duration === undefined ? undefined : new Date(Date.now() + milliseconds(duration)).toISOString();
    home.update((state) => {
      state.paused = until ?? 'for-ever';
    });
    say(until ? `paused until ${new Date(until).toLocaleString()}` : 'paused until you run "daybook-agent resume"');
  });
program
  .command('resume')
  .description('capture again')
  .action(() => {
    home.update((state) => {
      state.paused = undefined;
    });
    say('capturing again');
  });
program
  .command('status')
  .option('--json', 'for programs')
  .description('what is paired, granted, agreed and waiting')
  .action(async ({ json }: { json?: boolean }) => {
    const state = home.read();
    const consents = state.url && state.token ? await new DaybookClient(state.url, state.token).consents() : undefined;
    const status = {
      pairedWith: state.token ? state.url : undefined,
      paused: isPaused(state, new Date()) ? state.paused : undefined,
      granted: state.grants,
      browsers: state.browsers.map((one) => one.name),
      sources: Array.isArray(consents)
        ? consents
            .filter((one) => one.source === 'files' || one.source === 'web')
            .map(({ source, state: now }) => ({ source, state: now }))
        : (consents ?? 'unknown'),
      waiting: spool.contents().reduce((sum, one) => sum + one.events.length, 0),
      lastSent: state.lastSent,
    };
    if (json) return say(JSON.stringify(status, null, 2));
    say(`paired:   ${status.pairedWith ?? 'no'}`);
    say(`paused:   ${status.paused ?? 'no'}`);
    say(`granted:  ${status.granted.join(', ') || 'nothing yet'}`);
    say(`browsers: ${status.browsers.join(', ') || 'none'}`);
    say(
      `sources:  ${Array.isArray(status.sources) ? status.sources.map((one) => `${one.source} ${one.state}`).join(', ') : status.sources}`,
    );
    say(`waiting:  ${status.waiting}`);
    say(`sent:     ${status.lastSent ?? 'nothing yet'}`);
  });
program
  .command('install')
  .description('start at sign-in')
  .action(() => say(`Set up. Start it now with: ${install(home.folder, realpathSync(process.argv[1] as string))}`));
program
  .command('unpair')
  .description('erase everything that the agent keeps on this computer')
  .action(() => {
    home.erase();
    say('Erased: pairing, settings and what was waiting. Remove the device in Daybook too, so that its token ends.');
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error instanceof Refused ? error.message : error);
    process.exitCode = 1;
  }
}

function milliseconds(duration: string): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(duration) ?? [];
  if (!count || !unit) throw new Refused(`"${duration}" is not a duration; write it like 30m, 2h or 1d`);
  return Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd'];
}
