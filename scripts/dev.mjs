// npm run dev: compiles on every change, restarts solo, serves the web UI with hot reload (http://127.0.0.1:5173, API from solo).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bin, build, install, main, node, root } from './steps.mjs';

await main(async () => {
  await install();
  await build();
  const start = (args, cwd = root) => spawn(node, args, { cwd, stdio: 'inherit' });
  const children = [
    start([join(root, 'node_modules/typescript/bin/tsc'), '-b', '-w', '--preserveWatchOutput']),
    start(['--watch', '--watch-preserve-output', join(root, 'services/solo/dist/main.js')]),
    start([bin('vite')], join(root, 'services/web')),
  ];
  const stop = () => {
    for (const child of children) child.kill('SIGINT');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  await Promise.all(children.map((child) => new Promise((done) => child.on('exit', done))));
});
