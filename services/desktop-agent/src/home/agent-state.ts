import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Refused } from '../refused.js';

const Profile = z.object({ name: z.string(), kind: z.enum(['chromium', 'firefox']), file: z.string() });
export type BrowserProfile = z.infer<typeof Profile>;
const State = z.object({
  v: z.literal(1),
  url: z.string().optional(),
  token: z.string().optional(),
  device: z.string().optional(),
  /** Keys event ids: the same save has the same id, and the id tells nothing. */
  key: z.string(),
  grants: z.array(z.string()),
  browsers: z.array(Profile),
  /** Paused until then; `for-ever` until resumed. */
  paused: z.union([z.literal('for-ever'), z.iso.datetime()]).optional(),
  /** Per browser profile: how far its history was read (epoch ms), and ids of the last half hour. */
  histories: z.record(
    z.string(),
    z.object({ until: z.number(), recent: z.array(z.object({ id: z.string(), at: z.number(), rev: z.number() })) }),
  ),
  lastSent: z.iso.datetime().optional(),
});
export type AgentState = z.infer<typeof State>;

/** The agent's settings and cursors: one small file, mode 0600, replaced as a whole. */
export class AgentHome {
  constructor(readonly folder: string) {}

  get spoolFolder(): string {
    return join(this.folder, 'spool');
  }

  read(): AgentState {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return { v: 1, key: randomBytes(32).toString('base64url'), grants: [], browsers: [], histories: {} };
    }
    const parsed = State.safeParse(json(text));
    if (!parsed.success)
      throw new Refused(`${this.file} cannot be read; put it back, or run "daybook-agent unpair" to begin again`);
    return parsed.data;
  }

  /** Reads, changes and writes durably; the old file stays until the new one is on disk. */
  update(change: (state: AgentState) => void): AgentState {
    const state = this.read();
    change(state);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
    const beside = `${this.file}.${process.pid}.new`;
    const file = openSync(beside, 'w', 0o600);
    writeSync(file, `${JSON.stringify(state, null, 2)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(beside, this.file);
    return state;
  }

  erase(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Address and token; throws {@link Refused} when there are none. */
  pairing(): { url: string; token: string } {
    const { url, token } = this.read();
    if (!url || !token) throw new Refused('this agent is not paired; run "daybook-agent pair ADDRESS" first');
    return { url, token };
  }

  private get file(): string {
    return join(this.folder, 'agent.json');
  }
}

export const isPaused = ({ paused }: AgentState, now: Date): boolean =>
  paused === 'for-ever' || (paused !== undefined && Date.parse(paused) > now.getTime());

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
