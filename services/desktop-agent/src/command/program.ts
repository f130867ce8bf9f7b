import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { findProfile, foundProfiles, profilesLine } from '../browser/profiles.js';
import { grant, revoke } from '../grant/grants.js';
import type { AgentHome } from '../home/agent-home.js';
import { paused, resumed } from '../home/pauses.js';
import { pair } from '../pairing/pair.js';
import { Refused } from '../refused.js';
import { Spool } from '../spool/spool.js';
import { dayArgument, durationArgument, startOfToday } from './arguments.js';
import { importSince, preview } from './import.js';
import { install } from './install.js';
import { runAgent } from './run.js';
import { statusLines, statusOf } from './status.js';

type Say = (line: string) => void;

/** The commands. `say` is what was asked for, `note` what is to be known besides. */
export function daybookAgent(home: AgentHome, say: Say, note: Say): Command {
  const program = new Command('daybook-agent')
    .description(
      'Remembers which files you saved and which pages you read, for you alone.\nNothing is sent before you pair this computer, grant folders or browsers, and agree in Daybook.',
    )
    .exitOverride()
    .showHelpAfterError('(daybook-agent --help tells what there is)')
    .addHelpText(
      'after',
      `
First steps:
  daybook-agent pair http://127.0.0.1:8420
  daybook-agent grant ~/work
  daybook-agent run

Everything that it keeps lies in ${home.folder}
Exit codes: 0 done, 1 refused with a reason, 2 usage.`,
    );
  settingUp(program, home, say);
  browsers(program, home, say);
  working(program, home, say);
  looking(program, home, say, note);
  return program;
}

function settingUp(program: Command, home: AgentHome, say: Say): void {
  program
    .command('pair')
    .argument('<address>', 'of your Daybook, e.g. http://127.0.0.1:8420')
    .description('pair this computer with your account')
    .action((address: string) => pair(home, address, say));
  program
    .command('grant')
    .argument('<folder>', 'e.g. ~/work')
    .description('let saves in a folder be remembered: name, path and time, never contents')
    .action((folder: string) => say(`granted: ${grant(home, folder)}`));
  program
    .command('revoke')
    .argument('<folder>')
    .description('take a folder back')
    .action((folder: string) => say(`no longer granted: ${revoke(home, folder)}`));
}

function browsers(program: Command, home: AgentHome, say: Say): void {
  const browser = program
    .command('browser')
    .description('choose whose history is read: never private windows; addresses without query');
  browser
    .command('list')
    .description('profiles found on this computer; * is read')
    .action(() => {
      const chosen = new Set(home.settings().browsers.map((one) => one.file));
      for (const { name, file } of foundProfiles()) say(`${chosen.has(file) ? '*' : ' '} ${name}`);
    });
  browser
    .command('add')
    .argument('[profile]', 'a name from the list, or the folder of a profile')
    .description('read the history of a profile')
    .action((given: string | undefined, _options, command: Command) => {
      if (!given) return command.error(`error: which profile? ${profilesLine()}`);
      const profile = findProfile(given.replace(/^~(?=\/)/, () => homedir()));
      home.change((settings) => {
        settings.browsers = [...settings.browsers.filter((one) => one.file !== profile.file), profile];
      });
      say(`reading ${profile.name}`);
    });
  browser
    .command('remove')
    .argument('[profile]')
    .description('read it no longer')
    .action((given: string | undefined, _options, command: Command) => {
      const read = home.settings().browsers;
      const names = read.map((one) => one.name).join(', ') || 'none';
      if (!given) return command.error(`error: which profile? Being read are: ${names}`);
      const found = read.find(
        ({ name, file }) => name === given || file === given || file.startsWith(join(given, '/')),
      );
      if (!found) throw new Refused(`${given} is not being read; being read are: ${names}`);
      home.change((settings) => {
        settings.browsers = settings.browsers.filter((one) => one.file !== found.file);
      });
      say(`no longer reading ${found.name}`);
    });
}

function working(program: Command, home: AgentHome, say: Say): void {
  program
    .command('run')
    .description('watch and send until stopped')
    .action(async () => {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
      await runAgent(home, say, stop.signal);
    });
  program
    .command('install')
    .description('start at sign-in')
    .action(() => {
      const start = { node: process.execPath, program: realpathSync(process.argv[1] as string), home: home.folder };
      say(`Set up. Start it now with: ${install(start)}`);
    });
  program
    .command('pause')
    .argument('[duration]', 'e.g. 30m, 2h, 1d; without it until you resume', durationArgument)
    .description('remember nothing of the time from now on')
    .action((duration?: number) => {
      const now = Date.now();
      const until = duration && now + duration;
      home.change((settings) => {
        settings.pauses = paused(settings.pauses, now, until);
      });
      say(until ? `paused until ${new Date(until).toLocaleString()}` : 'paused until you run "daybook-agent resume"');
    });
  program
    .command('resume')
    .description('capture again, from now on')
    .action(() => {
      home.change((settings) => {
        settings.pauses = resumed(settings.pauses, Date.now());
      });
      say('capturing again');
    });
  program
    .command('unpair')
    .description('erase everything that the agent keeps on this computer')
    .action(async () => {
      await home.erase();
      say('Erased: pairing, settings and what was waiting. Remove the device in Daybook too, so that its token ends.');
    });
}

function looking(program: Command, home: AgentHome, say: Say, note: Say): void {
  const spool = new Spool(home.spoolFolder);
  program
    .command('preview')
    .option('--since <day>', 'from that day on; today without it', dayArgument)
    .description('show exactly what "import" would send now; sends nothing')
    .action(({ since }: { since?: number }) => preview(home, since ?? startOfToday(), say, note));
  program
    .command('import')
    .requiredOption('--since <day>', 'e.g. 2026-11-01', dayArgument)
    .description('send what this computer knows already, as far as you agreed to the past')
    .action(({ since }: { since: number }) => importSince(home, since, say));
  program
    .command('outbox')
    .description('what is waiting to be sent, one event a line')
    .action(() => {
      const waiting = spool.contents().flatMap(({ source, events }) => events.map((event) => ({ source, ...event })));
      for (const event of waiting) say(JSON.stringify(event));
      if (!waiting.length) say('nothing is waiting');
    });
  program
    .command('status')
    .option('--json', 'for programs')
    .description('what is paired, granted, agreed and waiting')
    .action(async ({ json }: { json?: boolean }) => {
      const status = await statusOf(home, spool);
      if (json) say(JSON.stringify(status, null, 2));
      else for (const line of statusLines(status)) say(line);
    });
}
