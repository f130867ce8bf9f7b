// npm run bench: installs, builds, then measures the real product, in both shapes, beside its peers. Options: docs/performance.md.
import { join } from 'node:path';
import { install, main, node, root, run, step } from './steps.mjs';

await main(async () => {
  await install();
  await step('build services', () => run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b']));
  await run(node, [join(root, 'scripts/bench/main.mjs'), ...process.argv.slice(2)], {
    show: true,
    env: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
});
