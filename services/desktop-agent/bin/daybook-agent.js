#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `daybook-agent needs Node 24; this is ${process.version}. In the checkout, npx daybook-agent brings its own.`,
  );
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error('daybook-agent is not built yet; npm start in the checkout builds it.');
  process.exitCode = 1;
} else await import(main.href);
