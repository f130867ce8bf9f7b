// npm run platform: installs, builds, then becomes the launcher of one process per service on a local Kafka, PostgreSQL and Redis.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, install, main, node, root } from './steps.mjs';

await main(async () => {
  await install();
  await build();
  const launcher = spawn(
    node,
    ['--disable-warning=TimeoutNegativeWarning', join(root, 'services/platform/dist/main.js')],
    { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
  );
  // Ctrl-C reaches the whole group; a signal sent to this process alone is passed on. Either way the launcher decides when it is done.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => launcher.kill(signal));
  process.exitCode = await new Promise((done) => launcher.on('exit', (code) => done(code ?? 1)));
});
