// npm run demo: Daybook with real data from this machine: saves in this checkout, taken from its git history. Its folders are its own
// (.daybook/demo) and made anew each time, so that it never touches what `npm start` keeps.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, dim, green, install, main, node, root, step } from './steps.mjs';

const DAYS = 14;
const port = process.env.DAYBOOK_PORT ?? '8421';
const url = `http://127.0.0.1:${port}`;
const folder = join(root, '.daybook/demo');
const person = {
  name: 'Demo Person',
  email: 'demo@example.org',
  password: randomBytes(12).toString('base64url'),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

function startSolo() {
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    DAYBOOK_PORT: port,
    DAYBOOK_PUBLIC_URL: url,
    DAYBOOK_DATA_DIR: join(folder, 'data'),
    DAYBOOK_KEY_DIR: join(folder, 'keys'),
  };
  const child = spawn(node, [join(root, 'services/solo/dist/main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  let output = '';
  const welcomeCode = new Promise((done, fail) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const code = /welcome#code=([A-Za-z0-9_-]+)/.exec(output)?.[1];
      if (code) done(code);
    });
    child.on('exit', (status) => fail(new Error(`Daybook ended with ${status} before it was ready`)));
  });
  return { process: child, welcomeCode, ended: new Promise((done) => child.on('exit', (status) => done(status ?? 1))) };
}

/** Keeps cookies like a browser. */
class Client {
  cookies = new Map();
  async call(method, path, body, headers = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url + path, {
      method,
      headers: {
        origin: url,
        ...(cookie && { cookie }),
        ...(body && { 'content-type': 'application/json' }),
        ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

async function pair(browser) {
  const device = new Client();
  const code = await device.call('POST', '/api/auth/device/code', { client_id: 'daybook-agent' });
  await browser.call('GET', `/api/auth/device?user_code=${encodeURIComponent(code.user_code)}`);
  await browser.call('POST', '/api/auth/device/approve', { userCode: code.user_code });
  const token = await device.call('POST', '/v1/devices/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code.device_code,
    client_id: 'daybook-agent',
    device_name: 'demo (git history)',
  });
  return token.access_token;
}

/** Each file of each commit is one save at the commit's time. */
function savesFromGit() {
  const log = execFileSync(
    'git',
    ['log', '--no-merges', '--name-only', '--diff-filter=AM', '--format=%x00%aI', '-n', '400'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  return log
    .split('\0')
    .slice(1)
    .flatMap((commit) => {
      const [at, ...files] = commit.split('\n').filter(Boolean);
      return files.slice(0, 40).map((file, n) => ({ at: new Date(Date.parse(at) - n * 20_000), file }));
    });
}

async function sendSaves(token, since) {
  const saves = savesFromGit();
  if (!saves.length) throw new Error('this checkout has no git history: clone it with git to see the demo');
  const newest = Math.max(...saves.map((save) => save.at.getTime()));
  const shifted = newest < since.getTime() ? Math.floor((Date.now() - newest) / 86_400_000) : 0;
  const key = randomBytes(32);
  const events = saves
    .map((save) => ({ at: new Date(save.at.getTime() + shifted * 86_400_000), path: join(root, save.file) }))
    .filter((save) => save.at >= since && save.at <= new Date())
    .map(({ at, path }) => ({
      id: createHmac('sha256', key).update(`${path}\0${at.getTime()}`).digest('base64url').slice(0, 22),
      at: at.toISOString(),
      path,
      name: basename(path),
    }));
  const device = new Client();
  let accepted = 0;
  for (let n = 0; n < events.length; n += 500) {
    const answer = await retry(() =>
      device.call(
        'POST',
        '/v1/activity/batches',
        { batchId: randomUUID(), source: 'files', events: events.slice(n, n + 500) },
        { authorization: `Bearer ${token}` },
      ),
    );
    accepted += answer.accepted;
  }
  const last = new Date(Math.max(...events.map((event) => Date.parse(event.at))));
  return { accepted, shifted, lastDay: new Intl.DateTimeFormat('sv-SE', { timeZone: person.timeZone }).format(last) };
}

/** A consent that was just given may take a moment to be known everywhere. */
async function retry(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 5) throw error;
      await sleep(attempt * 300);
    }
  }
}

/** Some folders have their project; the rest asks "which project?", as real work would. */
const FOLDERS = {
  Product: ['services', 'libs'],
  Housekeeping: ['docs', 'scripts'],
};
async function makeRules(browser) {
  const client = await browser.call('POST', '/v1/clients', { name: 'Daybook' });
  const rules = [];
  for (const [name, folders] of Object.entries(FOLDERS)) {
    const project = await browser.call('POST', '/v1/projects', { name, client: client.id });
    for (const folder of folders)
      rules.push({
        id: randomBytes(16).toString('base64url'),
        source: 'files',
        match: { folder: join(root, folder) },
        project: project.id,
      });
  }
  await browser.call('PUT', '/v1/rules', rules);
}

await main(async () => {
  await install();
  await build();
  rmSync(folder, { recursive: true, force: true });
  const solo = startSolo();
  try {
    const code = await step('start Daybook', () => solo.welcomeCode);
    const browser = new Client();
    await step('make an account', () => browser.call('POST', '/v1/welcome', { code, ...person }));
    const token = await step('pair this script like an agent', () => pair(browser));
    const since = new Date(Date.now() - DAYS * 86_400_000);
    await step('switch the source "files" on, for the past too', () =>
      browser.call('PUT', '/v1/privacy/consents/files', {
        state: 'on',
        version: 1,
        includesPastSince: since.toISOString(),
      }),
    );
    const sent = await step(`send the saves of the last ${DAYS} days from git`, () => sendSaves(token, since));
    await step('make projects and rules', () => makeRules(browser));
    console.log(
      `\n${green('Ready.')} Open ${url}/day/${sent.lastDay} and sign in as ${person.email} with the password ${person.password}`,
    );
    console.log(
      dim(
        `${sent.accepted} saves of this checkout are on the day page as drafts; ${sent.shifted ? `its history is older, so it was moved forward by ${sent.shifted} days` : 'their times are the real ones'}. Ctrl-C stops.`,
      ),
    );
  } catch (error) {
    solo.process.kill('SIGINT');
    throw error;
  }
  process.exitCode = await solo.ended;
});
