// npm run check: format, lint, types, architecture. Each says what it found; nothing is changed.
import { join } from 'node:path';
import { bin, install, main, node, root, run, step } from './steps.mjs';

await main(async () => {
  await install();
  await step('format and lint', () => run(node, [bin('biome'), 'check', '--error-on-warnings', '.']));
  await step('types', () => run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b']));
  await step('architecture', () => run(node, [join(root, 'scripts/architecture.mjs')]));
});
