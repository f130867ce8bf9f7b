// Shared by the commands of package.json: a line and a time per step, colour only on a terminal. Runs on Node 20, before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const green = (text) => paint('32', text);
export const red = (text) => paint('31', text);
export const dim = (text) => paint('2', text);

/** Runs one step and prints what it was and how long it took; a failure is printed and rethrown. */
export async function step(title, work) {
  const started = performance.now();
  const time = () => dim(`${((performance.now() - started) / 1000).toFixed(1)} s`);
  if (process.stdout.isTTY) process.stdout.write(`… ${title}`);
  try {
    const result = await work();
    console.log(`${process.stdout.isTTY ? '\r' : ''}${green('✓')} ${title} ${time()}`);
    return result;
  } catch (error) {
    console.log(`${process.stdout.isTTY ? '\r' : ''}${red('✗')} ${title} ${time()}`);
    throw error;
  }
}

export class CommandFailed extends Error {}

/** Runs a program; its output is shown as it comes (`show`) or only when it fails. */
export function run(command, args, { show = false, env = {}, cwd = root } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => fail(new CommandFailed(`${command} could not be run: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) return done(output);
      if (!show && output) process.stdout.write(`\n${output}\n`);
      fail(new CommandFailed(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The Node that the project brings along, once it is installed. */
export const node = join(root, 'node_modules', '.bin', 'node');
export const bin = (name) => join(root, 'node_modules', '.bin', name);

export function refuseOldNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return;
  console.error(
    `Daybook needs Node 20 or newer to start; this is Node ${process.versions.node}. Install a current one from your distribution or nodejs.org.`,
  );
  process.exit(1);
}

/** `npm ci`, unless what is installed is what the lock file says. */
export async function install() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(node) && existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  await step('install', () => run('npm', ['ci', '--no-audit', '--no-fund']));
}

/** Compiles what changed: the libraries and services with tsc, the web UI with vite. */
export async function build() {
  await step('build services', () => run(node, [join(root, 'node_modules/typescript/bin/tsc'), '-b']));
  await step('build web', () =>
    run(node, [bin('nx'), 'run', '@daybook/web:build', '--outputStyle=static'], { env: NX }),
  );
}
// No daemon and no cloud: one process that ends, nothing sent anywhere (P4).
const NX = {
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  NX_SKIP_NX_CACHE: process.env.CI ? 'true' : 'false',
};

/** A command's outermost frame: one clear line for what failed, the exit code for machines. */
export async function main(work) {
  refuseOldNode();
  try {
    await work();
  } catch (error) {
    console.error(red(error instanceof CommandFailed ? error.message : (error?.stack ?? String(error))));
    process.exitCode = 1;
  }
}

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
