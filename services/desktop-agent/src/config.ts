import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Where everything of the agent lies: the platform's own place, or DAYBOOK_AGENT_HOME. */
export function agentHome(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  const { DAYBOOK_AGENT_HOME: chosen, XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (chosen) return resolve(chosen);
  if (platform === 'darwin') return join(homedir(), 'Library/Application Support/Daybook Agent');
  if (platform === 'win32') return join(local ?? join(homedir(), 'AppData/Local'), 'Daybook Agent');
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.local/state'), 'daybook-agent');
}

/** Where systemd looks for what a person starts at sign-in. */
export const systemdFolder = ({ XDG_CONFIG_HOME: xdg } = process.env): string =>
  join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.config'), 'systemd/user');
