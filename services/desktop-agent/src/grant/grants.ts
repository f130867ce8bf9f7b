import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse, resolve, sep } from 'node:path';
import type { AgentHome } from '../home/agent-home.js';
import { Refused } from '../refused.js';

export const inside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Adds a folder by its real path; granted folders inside it become part of it. Answers what is granted now. */
export function grant(home: AgentHome, folder: string): string {
  const real = realFolder(folder);
  if (real === parse(real).root) throw new Refused('the whole disk is more than work; grant the folders that hold it');
  if (inside(realOf(homedir()) ?? homedir(), real))
    throw new Refused(`${real} holds your whole home folder, which is more than work; grant the folders that hold it`);
  const { grants } = home.settings();
  const wider = grants.find((one) => inside(real, one));
  if (wider)
    throw new Refused(
      wider === real ? `${real} is granted already` : `${real} lies in ${wider}, which is granted already`,
    );
  home.change((settings) => {
    settings.grants = [...settings.grants.filter((one) => !inside(one, real)), real].sort();
  });
  return real;
}

/** A folder that is gone can be revoked too, by the path that was granted. */
export function revoke(home: AgentHome, folder: string): string {
  const { grants } = home.settings();
  const found = grants.find((one) => one === written(folder) || one === realOf(folder));
  if (!found) throw new Refused(`${folder} is not granted; granted are: ${grants.join(', ') || 'none'}`);
  home.change((settings) => {
    settings.grants = settings.grants.filter((one) => one !== found);
  });
  return found;
}

function realFolder(folder: string): string {
  const real = realOf(folder);
  if (!real) throw new Refused(`${folder} is not there, or may not be read`);
  if (!statSync(real).isDirectory()) throw new Refused(`${folder} is a file; grant the folder that it lies in`);
  return real;
}

/** `~` as the shell means it, also where the shell did not expand it. */
const written = (folder: string): string => resolve(folder.replace(/^~(?=$|[/\\])/, () => homedir()));

/** Links followed; on systems that ignore case or spell accents in two ways, as the disk has it. */
function realOf(folder: string): string | undefined {
  try {
    return realpathSync.native(written(folder));
  } catch {
    return undefined;
  }
}
