import { describe, expect, it } from 'vitest';
import { signInEntry } from './install.js';

const start = {
  node: '/opt/node 24/bin/node',
  program: '/home/ada/50% "daybook"/$agent.js',
  home: '/home/ada/<state> & more',
};

describe('starting at sign-in', () => {
  it('is a systemd unit of the person, which does not try again what only the person can solve', () => {
    const { path, text, command } = signInEntry('linux', start);
    expect(path).toMatch(/systemd\/user\/daybook-agent\.service$/);
    expect(text).toContain(String.raw`ExecStart="/opt/node 24/bin/node" "/home/ada/50%% \"daybook\"/$$agent.js" "run"`);
    expect(text).toContain('Environment="DAYBOOK_AGENT_HOME=/home/ada/<state> & more"');
    expect(text).toContain('RestartPreventExitStatus=1 2');
    expect(command).toBe('systemctl --user enable --now daybook-agent');
  });

  it('is a launch agent on macOS', () => {
    const { path, text, command } = signInEntry('darwin', start);
    expect(path).toMatch(/Library\/LaunchAgents\/org\.daybook\.agent\.plist$/);
    expect(text).toContain('<string>/home/ada/50% &quot;daybook&quot;/$agent.js</string><string>run</string>');
    expect(text).toContain('<string>/home/ada/&lt;state&gt; &amp; more</string>');
    expect(command).toContain('launchctl bootstrap');
  });

  it('is a task of the Task Scheduler on Windows, in the encoding that it reads', () => {
    const { text, command } = signInEntry('win32', start);
    const written = (text as Buffer).toString('utf16le');
    expect(written.charCodeAt(0)).toBe(0xfeff);
    expect(written).toContain('<LogonTrigger>');
    expect(written).toContain('<Command>/opt/node 24/bin/node</Command>');
    expect(command).toMatch(/^schtasks \/Create \/TN "Daybook agent"/);
  });

  it('is refused with what would do elsewhere', () => {
    expect(() => signInEntry('aix', start)).toThrow(/let it run "daybook-agent run"/);
  });
});
