// The arrows of the house, as a failing check. Rules are data, so that their own spec can plant a violation of each.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { root } from './steps.mjs';

const SPECS = '\\.(spec|contract)\\.tsx?$';
const ours = '^(libs|services|node_modules/@daybook)/';
const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { ...from, pathNot: from.pathNot ?? SPECS },
  to,
});

export const RULES = [
  forbid(
    'contracts-import-nothing',
    'contracts and decider import nothing of ours',
    { path: '^libs/(contracts|decider)/' },
    { path: ours, pathNot: '^libs/$1/' },
  ),
  forbid(
    'timekeeping-is-pure',
    'timekeeping imports contracts and decider only',
    { path: '^libs/timekeeping/' },
    { path: ours, pathNot: '^libs/(timekeeping|contracts|decider)/' },
  ),
  forbid('libs-never-import-services', 'arrows go from services to libs', { path: '^libs/' }, { path: '^services/' }),
  forbid(
    'service-to-service-never',
    'services meet on topics; solo alone composes them',
    { path: '^services/([^/]+)/', pathNot: `^services/solo/|${SPECS}` },
    { path: '^services/', pathNot: '^services/$1/' },
  ),
  forbid('every-import-is-found', 'an arrow that leads nowhere cannot be checked', {}, { couldNotResolve: true }),
  forbid(
    'no-cycles',
    'packages and files depend one way',
    {},
    { circular: true, viaOnly: { pathNot: 'node_modules' } },
  ),
  forbid(
    'kafkajs-only-in-event-log',
    'the log is reached through its port',
    { pathNot: `^libs/event-log/|${SPECS}` },
    { path: '^(node_modules/)?kafkajs' },
  ),
  forbid(
    'bullmq-only-in-jobs',
    'work that comes due is reached through libs/jobs',
    { pathNot: `^libs/jobs/|${SPECS}` },
    { path: '^(node_modules/)?(bullmq|ioredis)' },
  ),
  forbid(
    'google-only-in-its-connector',
    'a connector owns its provider',
    { pathNot: `^services/connectors/|${SPECS}` },
    { path: '^(node_modules/)?@googleapis' },
  ),
  forbid(
    'pure-domain',
    'contracts, decider, timekeeping and deciders know no framework, database or randomness',
    { path: '^libs/(contracts|decider|timekeeping)/|\\.decider\\.ts$' },
    { path: '^(node_modules/)?(@nestjs|typeorm|pg|fastify|node:crypto|crypto|node:fs|fs|node:http|http)(/|$)' },
  ),
];

/** Imports that break a rule, one line each. */
export async function brokenArrows(baseDir = root) {
  const folders = ['libs', 'services'].filter((folder) => exists(join(baseDir, folder)));
  const { output } = await cruise(folders, {
    baseDir,
    validate: true,
    ruleSet: { forbidden: RULES },
    doNotFollow: { path: 'node_modules|(^|/)dist/' },
    exclude: { path: '(^|/)(dist|dist-types)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['@daybook/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  });
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

const FORBIDDEN_FOLDERS = new Set(['common', 'shared', 'core', 'utils', 'util', 'helpers']);
/** What only specs import. */
const TESTS = /^libs\/testing\/|\/e2e\//;
const PURE = /^libs\/(contracts|decider|timekeeping)\/|\.decider\.ts$/;
// `new Date(x)` and Date.parse are arithmetic; asking what time it is, or rolling dice, is not.
const CLOCK = /\bDate\.now\(|\bnew Date\(\)|\bTemporal\.Now\b|\bMath\.random\(|\brandomUUID\(|\bperformance\.now\(/;

/** What an import graph cannot say: names that hide their purpose, a clock or dice in pure code, the environment outside config. */
export function brokenHabits(baseDir = root) {
  const found = [];
  for (const path of files(baseDir, ['libs', 'services'])) {
    const name = relative(baseDir, path);
    const folder = name
      .split('/')
      .slice(0, -1)
      .find((part) => FORBIDDEN_FOLDERS.has(part));
    if (folder) found.push(`folder-without-a-noun: ${name} lies in "${folder}"`);
    if (!/\.tsx?$/.test(name) || /\.(spec|contract)\.tsx?$/.test(name)) continue;
    const text = readFileSync(path, 'utf8');
    if (PURE.test(name) && CLOCK.test(text)) found.push(`clock-or-dice-in-pure-code: ${name}`);
    if (/\bprocess\.env\b/.test(text) && !/(^|\.)config\.ts$/.test(basename(name)) && !TESTS.test(name))
      found.push(`environment-outside-config: ${name}`);
  }
  return found;
}

function files(baseDir, folders) {
  return folders.filter((folder) => exists(join(baseDir, folder))).flatMap((folder) => walk(join(baseDir, folder)));
}
function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'dist-types', '.nx'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}
function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const broken = [...(await brokenArrows()), ...brokenHabits()];
  for (const line of broken) console.error(line);
  console.log(broken.length ? `${broken.length} broken rules` : 'every arrow points the right way');
  process.exitCode = broken.length ? 1 : 0;
}
