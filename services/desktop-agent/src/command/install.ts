import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Refused } from '../refused.js';

/** Starts the agent at sign-in, as the person's own service. Answers the command that starts it now. */
export function install(home: string, program: string): string {
  const command = [process.execPath, program, 'run'];
  if (process.platform === 'linux') {
    const unit = join(homedir(), '.config/systemd/user/daybook-agent.service');
    write(
      unit,
      `[Unit]\nDescription=Daybook agent\n\n[Service]\nExecStart=${command.map((part) => `"${part}"`).join(' ')}\nEnvironment="DAYBOOK_AGENT_HOME=${home}"\nRestart=on-failure\nRestartSec=10\n\n[Install]\nWantedBy=default.target\n`,
    );
    return 'systemctl --user enable --now daybook-agent';
  }
  if (process.platform === 'darwin') {
    const plist = join(homedir(), 'Library/LaunchAgents/org.daybook.agent.plist');
    const strings = command
      .map((part) => `<string>${part.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`)
      .join('');
    write(
      plist,
      `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>Label</key><string>org.daybook.agent</string><key>ProgramArguments</key><array>${strings}</array><key>RunAtLoad</key><true/><key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict></dict></plist>\n`,
    );
    return `launchctl load ${plist}`;
  }
  throw new Refused('starting at sign-in is set up by hand here: add "daybook-agent run" to the Task Scheduler');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}
