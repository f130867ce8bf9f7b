import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentHome } from '../home/agent-state.js';
import { Refused } from '../refused.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** RFC 8628: shows a code, waits until the person approves it in their browser, keeps a narrow token. */
export async function pair(home: AgentHome, address: string, say: (line: string) => void): Promise<void> {
  const url = serverAddress(address);
  if (home.read().token) throw new Refused('this agent is paired already; run "daybook-agent unpair" first');
  const code = await post(`${url}/api/auth/device/code`, { client_id: 'daybook-agent' });
  if (!code.ok) throw new Refused(`${url} does not answer like a Daybook (${code.status}); check the address`);
  const {
    device_code,
    user_code,
    interval = 5,
    expires_in = 900,
  } = code.body as { device_code: string; user_code: string; interval?: number; expires_in?: number };
  const shown = `${user_code.slice(0, 4)}-${user_code.slice(4)}`;
  say(`code: ${shown}`);
  say(`Open ${url}/pair?user_code=${shown} and allow this computer. Waiting…`);
  let wait = interval;
  for (const until = Date.now() + expires_in * 1_000; Date.now() < until; ) {
    await sleep(wait * 1_000);
    const answer = await post(`${url}/v1/devices/token`, {
      grant_type: GRANT,
      device_code,
      client_id: 'daybook-agent',
      device_name: hostname().slice(0, 120),
    });
    const body = answer.body as { access_token?: string; device?: string; error?: string };
    if (answer.ok && body.access_token) {
      home.update((state) => {
        Object.assign(state, { url, token: body.access_token, device: body.device });
      });
      say('Paired. Grant a folder with "daybook-agent grant FOLDER", then "daybook-agent run".');
      return;
    }
    if (body.error === 'slow_down') wait += 5;
    else if (body.error === 'access_denied') throw new Refused('pairing was refused in the browser');
    else if (body.error === 'expired_token') break;
    else if (body.error !== 'authorization_pending' && answer.status !== 429 && answer.status < 500)
      throw new Refused(`pairing failed (${body.error ?? answer.status})`);
  }
  throw new Refused('the code has expired; run "daybook-agent pair" again');
}

/** Only this machine is spoken to without TLS. */
function serverAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Refused(`"${address}" is not an address; an example is http://127.0.0.1:8420`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
    throw new Refused('beyond this machine the address must begin with https://');
  return url.origin;
}

async function post(url: string, body: object): Promise<{ ok: boolean; status: number; body: unknown }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(url).origin },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    throw new Refused(`${new URL(url).origin} cannot be reached; is Daybook running there?`);
  }
}
