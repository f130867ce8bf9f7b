import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
// @ts-expect-error: a plain script without types; it also runs before anything is compiled
import { brokenArrows, brokenHabits, RULES } from './architecture.mjs';

/** One planted violation per rule: [file, its text]. The first import of each breaks exactly that rule. */
const PLANTED: Record<string, [string, string][]> = {
  'contracts-import-nothing': [['libs/contracts/src/a.ts', `import '../../decider/src/b.js';`]],
  'timekeeping-is-pure': [['libs/timekeeping/src/a.ts', `import '../../database/src/b.js';`]],
  'libs-never-import-services': [['libs/sealing/src/a.ts', `import '../../../services/privacy/src/b.js';`]],
  'service-to-service-never': [['services/timeline/src/a.ts', `import '../../privacy/src/b.js';`]],
  'every-import-is-found': [['libs/sealing/src/a.ts', `import '@daybook/nowhere';`]],
  'no-cycles': [
    ['libs/sealing/src/a.ts', `import './c.js';`],
    ['libs/sealing/src/c.ts', `import './a.js';`],
  ],
  'kafkajs-only-in-event-log': [['services/timeline/src/a.ts', `import 'kafkajs';`]],
  'bullmq-only-in-jobs': [['services/timeline/src/a.ts', `import 'bullmq';`]],
  'google-only-in-its-connector': [['services/timeline/src/a.ts', `import '@googleapis/gmail';`]],
  'pure-domain': [['services/timesheets/src/week/week.decider.ts', `import 'node:crypto';`]],
};
const TARGETS = ['libs/decider/src/b.ts', 'libs/database/src/b.ts', 'services/privacy/src/b.ts'];

describe('the architecture check', () => {
  const made: string[] = [];
  const house = (planted: [string, string][]) => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-house-'));
    made.push(folder);
    for (const [file, text] of [...TARGETS.map((file): [string, string] => [file, 'export {};']), ...planted]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  };
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });

  it('has a planted violation for every rule', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(RULES.map((rule: { name: string }) => rule.name).sort());
  });

  it.each(Object.entries(PLANTED))('catches a planted breach of %s', async (rule, planted) => {
    const broken: string[] = await brokenArrows(house(planted));
    expect(broken.map((line) => line.split(':')[0])).toContain(rule);
  });

  it('lets an honest house pass', async () => {
    expect(
      await brokenArrows(house([['services/timeline/src/a.ts', `import '../../../libs/decider/src/b.js';`]])),
    ).toEqual([]);
  });

  it('catches folders without a noun, a clock in pure code and the environment outside config', () => {
    const folder = house([
      ['services/timeline/src/utils/a.ts', 'export {};'],
      ['libs/timekeeping/src/now.ts', 'export const now = () => new Date();'],
      ['services/timeline/src/a.ts', 'export const home = process.env.HOME;'],
    ]);
    expect(
      brokenHabits(folder)
        .map((line: string) => line.split(':')[0])
        .sort(),
    ).toEqual(['clock-or-dice-in-pure-code', 'environment-outside-config', 'folder-without-a-noun']);
  });

  it('finds the whole project in order', async () => {
    expect([...(await brokenArrows()), ...brokenHabits()]).toEqual([]);
  }, 60_000);
});
