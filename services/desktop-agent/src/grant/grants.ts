import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { sep } from 'node:path';
import type { AgentHome } from '../home/agent-state.js';
import { Refused } from '../refused.js';

export const inside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Adds a folder by its real path; folders inside it become part of it. Answers what is granted now. */
export function grant(home: AgentHome, folder: string): string {
  const real = realFolder(folder);
  if (real === '/' || /^[A-Z]:\\?$/.test(real))
    throw new Refused('the whole disk is more than work; grant the folders that hold it');
  if (real === homedir())
    throw new Refused('your whole home folder is more than work; grant the folders inside it that hold it');
  const { grants } = home.read();
  const wider = grants.find((one) => inside(real, one));
  if (wider)
    throw new Refused(
      wider === real ? `${real} is granted already` : `${real} lies in ${wider}, which is granted already`,
    );
  home.update((state) => {
    state.grants = [...state.grants.filter((one) => !inside(one, real)), real].sort();
  });
  return real;
}

export function revoke(home: AgentHome, folder: string): string {
  const { grants } = home.read();
  const found = grants.find((one) => one === folder || one === safeReal(folder));
  if (!found) throw new Refused(`${folder} is not granted; granted are: ${grants.join(', ') || 'none'}`);
  home.update((state) => {
    state.grants = state.grants.filter((one) => one !== found);
  });
  return found;
}

function realFolder(folder: string): string {
  const real = safeReal(folder);
  if (!real || !statSync(real).isDirectory()) throw new Refused(`${folder} is not a folder that can be read`);
  return real;
}
function safeReal(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}
