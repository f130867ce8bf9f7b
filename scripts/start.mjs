// npm start: installs, builds, then becomes the one process that is Daybook (solo).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, main, node, root } from './steps.mjs';

await main(async () => {
  await install();
  await build();
  const solo = spawn(node, [join(root, 'services/solo/dist/main.js')], {
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  // Ctrl-C reaches the whole group; a signal sent to this process alone is passed on. Either way solo decides when it is done.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => solo.kill(signal));
  process.exitCode = await new Promise((done) => solo.on('exit', (code) => done(code ?? 1)));
});
