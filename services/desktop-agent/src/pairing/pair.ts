import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AgentHome } from '../home/agent-home.js';
import { Refused } from '../refused.js';

const CLIENT = 'daybook-agent';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const DeviceCode = z.object({
  device_code: z.string(),
  user_code: z.string(),
  interval: z.number().default(5),
  expires_in: z.number().default(900),
});
const TokenAnswer = z.object({
  access_token: z.string().optional(),
  device: z.string().optional(),
  error: z.string().optional(),
});

/** RFC 8628: shows a code, waits until the person approves it in their browser, keeps a narrow token. */
export async function pair(home: AgentHome, address: string, say: (line: string) => void): Promise<void> {
  const url = serverAddress(address);
  if (home.settings().token) throw new Refused('this agent is paired already; run "daybook-agent unpair" first');
  const asked = await post(`${url}/api/auth/device/code`, { client_id: CLIENT });
  if (!asked) throw new Refused(`${url} cannot be reached; is Daybook running there?`);
  const code = DeviceCode.safeParse(asked.body);
  if (!asked.ok || !code.success)
    throw new Refused(`${url} does not answer like a Daybook (${asked.status}); check the address`);
  const { device_code, user_code, interval, expires_in } = code.data;
  const shown = `${user_code.slice(0, 4)}-${user_code.slice(4)}`;
  say(`code: ${shown}`);
  say(`Open ${url}/pair?user_code=${shown} and allow this computer. Waiting…`);
  const { token, device } = await approved(url, device_code, interval, expires_in);
  home.change((settings) => {
    Object.assign(settings, { url, token, device });
  });
  say('Paired. Grant a folder with "daybook-agent grant FOLDER", then "daybook-agent run".');
}

async function approved(
  url: string,
  deviceCode: string,
  interval: number,
  expiresIn: number,
): Promise<{ token: string; device?: string }> {
  let wait = interval;
  for (const until = performance.now() + expiresIn * 1_000; performance.now() < until; ) {
    await sleep(wait * 1_000);
    const answer = await post(`${url}/v1/devices/token`, {
      grant_type: GRANT,
      device_code: deviceCode,
      client_id: CLIENT,
      device_name: hostname().slice(0, 120),
    });
    const { access_token: token, device, error } = TokenAnswer.safeParse(answer?.body).data ?? {};
    if (answer?.ok && token) return { token, ...(device && { device }) };
    if (error === 'access_denied') throw new Refused('pairing was refused in the browser');
    if (error === 'expired_token') break;
    if (error === 'slow_down') wait += 5;
    // No connection and a busy server pass; the person may have approved meanwhile.
    else if (answer && error !== 'authorization_pending' && answer.status !== 429 && answer.status < 500)
      throw new Refused(`pairing failed (${error ?? answer.status}); run "daybook-agent pair" again`);
  }
  throw new Refused('the code has expired; run "daybook-agent pair" again');
}

/** Only this machine is spoken to without TLS. */
export function serverAddress(address: string): string {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Refused(`"${address}" is not an address; an example is http://127.0.0.1:8420`);
  const url = new URL(address);
  if (url.protocol !== 'https:' && !LOOPBACK.has(url.hostname))
    throw new Refused('beyond this machine the address must begin with https://');
  return url.origin;
}

async function post(url: string, body: object): Promise<{ ok: boolean; status: number; body: unknown } | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', origin: new URL(url).origin },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => undefined) };
  } catch {
    return undefined;
  }
}
