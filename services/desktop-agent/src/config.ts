import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where everything of the agent lies: the platform's own place, or DAYBOOK_AGENT_HOME. */
export function agentHome(): string {
  const { DAYBOOK_AGENT_HOME: chosen, XDG_STATE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (chosen) return chosen;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Daybook Agent');
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData/Local'), 'Daybook Agent');
  return join(xdg ?? join(homedir(), '.local/state'), 'daybook-agent');
}
