import type { Account } from './account.js';

/** A device token, got as an agent gets it (RFC 8628), approved by that account. */
export async function deviceToken(account: Account, name = 'spec device'): Promise<string> {
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(account.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: account.url },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const code = await post('/api/auth/device/code', { client_id: 'daybook-agent' });
  await account.approve(code.user_code as string);
  const token = await post('/v1/devices/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code.device_code,
    client_id: 'daybook-agent',
    device_name: name,
  });
  return token.access_token as string;
}
