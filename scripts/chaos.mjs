// npm run chaos -- --seed N --runs M: faults at random, load, erasures and opt-outs on a real platform, and an oracle afterwards.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, main, node, root } from './steps.mjs';

await main(async () => {
  await install();
  await build();
  const run = spawn(
    node,
    [
      '--disable-warning=TimeoutNegativeWarning',
      join(root, 'services/platform/dist/chaos/main.js'),
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  process.exitCode = await new Promise((done) => run.on('exit', (code) => done(code ?? 1)));
});
