import { CommanderError } from 'commander';
import { Refused, systemCode } from '../refused.js';

/** 0 done, 1 refused with a reason, 2 usage, 70 a fault of the agent. */
export function exitCodeOf(error: unknown, note: (line: string) => void): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const refused = error instanceof Refused || systemCode(error);
  note(error instanceof Error && refused ? error.message : String(error instanceof Error ? error.stack : error));
  return refused ? 1 : 70;
}
