import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RotationStep } from './epoch-keys.js';

/** For specs: a real process that rotates until that step, and is killed there by the system. */
export async function killRotationAt(
  step: RotationStep,
  { databaseUrl, keyDir }: { databaseUrl: string; keyDir: string },
): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--no-warnings',
      '--conditions=@daybook/source',
      fileURLToPath(new URL('./rotate-in-child.mjs', import.meta.url)),
      databaseUrl,
      keyDir,
      step,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const [said] = (await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    exited.then(() => ['it ended by itself']),
  ])) as [Buffer | string];
  child.kill('SIGKILL');
  await exited;
  if (String(said).trim() !== step) throw new Error(`not killed at "${step}": ${said}`);
}
