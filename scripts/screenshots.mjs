// Makes the pictures of the README from the running product: npm run demo, looked at with Chromium in light and dark, desk and phone.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { node, root, step } from './steps.mjs';
import { findProgram } from './system-parts.mjs';

const out = join(root, 'test-results/screenshots');
/** Kept beside the README; the rest is for looking at. */
const KEPT = ['day.light', 'day.dark', 'day.phone.light', 'week.light', 'privacy.light'];
const SHOTS = [
  { width: 1440, height: 900, scale: 1, size: '' },
  { width: 390, height: 844, scale: 2, size: '.phone' },
];

mkdirSync(out, { recursive: true });
const demo = spawn(node, [join(root, 'scripts/demo.mjs')], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({
  executablePath: findProgram(['chromium', 'chromium-browser', 'google-chrome']),
  args: ['--no-sandbox'],
});
try {
  const { url, email, password } = await step('start the demo', () => ready(demo));
  const day = url.split('/').at(-1);
  const origin = new URL(url).origin;
  for (const { width, height, scale, size } of SHOTS)
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme });
      const page = await context.newPage();
      const picture = async (name, path) => {
        await page.goto(origin + path);
        await page.waitForLoadState('networkidle');
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(out, `${name}${size}.${colorScheme}.png`) });
      };
      await step(`${width} ${colorScheme}`, async () => {
        await picture('sign-in', '/sign-in');
        await context.request.post(`${origin}/api/auth/sign-in/email`, {
          data: { email, password },
          headers: { origin },
        });
        if (colorScheme === 'light' && !size) await acceptOtherDays(context, origin, day);
        await picture('day', `/day/${day}`);
        await picture('week', `/week/${isoWeek(day)}`);
        await picture('privacy', '/privacy');
        await picture('projects', '/projects');
        await picture('rules', '/rules');
        await picture('first-steps', '/first-steps');
        await picture('settings', '/settings');
      });
      await context.close();
    }
  const kept = join(root, 'docs/screenshots');
  mkdirSync(kept, { recursive: true });
  for (const name of KEPT) copyFileSync(join(out, `${name}.png`), join(kept, `${name}.png`));
} finally {
  await browser.close();
  demo.kill('SIGINT');
}

function ready(child) {
  let output = '';
  return new Promise((done, fail) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /Open (\S+) and sign in as (\S+) with the password (\S+)/.exec(output);
      if (found) done({ url: found[1], email: found[2], password: found[3] });
    });
    child.on('exit', (code) => fail(new Error(`the demo ended with ${code}:\n${output}`)));
  });
}

/** The week's picture has entries: the sure drafts of its other days, taken as a person would. */
async function acceptOtherDays(context, origin, shown) {
  const call = async (method, path, data) => {
    const headers = { origin, 'idempotency-key': randomUUID() };
    const answer = await context.request.fetch(origin + path, { method, headers, ...(data && { data }) });
    return answer.status() === 200 || answer.status() === 201 ? answer.json() : undefined;
  };
  for (let n = 0; n < 7; n++) {
    const day = new Date(Date.parse(`${shown}T12:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);
    const view = await call('GET', `/v1/days/${day}`);
    const sure = view?.drafts?.filter((draft) => draft.project) ?? [];
    for (const { id, start, end, seconds, project, evidence } of day === shown ? sure.slice(0, 4) : sure) {
      await call('POST', '/v1/entries', { day, start, end, seconds, project });
      await call('POST', `/v1/days/${day}/drafts/${id}/accept`, { evidence, project });
    }
  }
}

function isoWeek(day) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 3 - ((date.getUTCDay() + 6) % 7));
  const first = new Date(Date.UTC(date.getUTCFullYear(), 0, 4));
  const week = 1 + Math.round((date - first) / 604_800_000 - 0.5 + ((first.getUTCDay() + 6) % 7) / 7);
  return `${date.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
