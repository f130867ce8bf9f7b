import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemdFolder } from '../config.js';
import { Refused } from '../refused.js';

export interface Start {
  /** Node, and the agent's program. */
  node: string;
  program: string;
  /** The agent's home. */
  home: string;
}
interface SignInEntry {
  path: string;
  text: string | Buffer;
  /** Puts it into force now. */
  command: string;
}

/** Starts the agent at sign-in, as the person's own service. Answers the command that starts it now. */
export function install(start: Start): string {
  const { path, text, command } = signInEntry(process.platform, start);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return command;
}

export function signInEntry(platform: NodeJS.Platform, start: Start): SignInEntry {
  if (platform === 'linux') return systemdUnit(start);
  if (platform === 'darwin') return launchAgent(start);
  if (platform === 'win32') return scheduledTask(start);
  throw new Refused(`starting at sign-in is set up by hand on ${platform}: let it run "daybook-agent run"`);
}

/** A refusal (not paired, revoked) is for the person to solve; anything else is tried again. */
function systemdUnit({ node, program, home }: Start): SignInEntry {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
  // Only a command line expands $.
  const argument = (text: string) => quoted(text).replaceAll('$', '$$$$');
  return {
    path: join(systemdFolder(), 'daybook-agent.service'),
    text: `[Unit]
Description=Daybook agent

[Service]
ExecStart=${[node, program, 'run'].map(argument).join(' ')}
Environment=${quoted(`DAYBOOK_AGENT_HOME=${home}`)}
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=1 2
UMask=0077

[Install]
WantedBy=default.target
`,
    command: 'systemctl --user enable --now daybook-agent',
  };
}

function launchAgent({ node, program, home }: Start): SignInEntry {
  const path = join(homedir(), 'Library/LaunchAgents/org.daybook.agent.plist');
  const strings = [node, program, 'run'].map((part) => `<string>${xml(part)}</string>`).join('');
  return {
    path,
    text: `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>org.daybook.agent</string>
  <key>ProgramArguments</key><array>${strings}</array>
  <key>EnvironmentVariables</key><dict><key>DAYBOOK_AGENT_HOME</key><string>${xml(home)}</string></dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>Crashed</key><true/></dict>
</dict>
</plist>
`,
    command: `launchctl bootstrap gui/$(id -u) "${path}"`,
  };
}

/** The Task Scheduler reads UTF-16. */
function scheduledTask({ node, program, home }: Start): SignInEntry {
  const path = join(home, 'sign-in-task.xml');
  const text = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Settings>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions><Exec><Command>${xml(node)}</Command><Arguments>${xml(`"${program}" run`)}</Arguments></Exec></Actions>
</Task>
`;
  return {
    path,
    text: Buffer.from(`\uFEFF${text}`, 'utf16le'),
    command: `schtasks /Create /TN "Daybook agent" /XML "${path}" && schtasks /Run /TN "Daybook agent"`,
  };
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
