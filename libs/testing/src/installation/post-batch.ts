import { randomBytes, randomUUID } from 'node:crypto';
import type { Source } from '@daybook/contracts';

export const newId = () => randomBytes(16).toString('base64url');

/** Today, where the people of these specs live. */
export const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());

/** A save of now. */
export const save = (path: string, at = new Date()) => ({
  id: newId(),
  at: at.toISOString(),
  path,
  name: path.slice(path.lastIndexOf('/') + 1),
});

/** A visit of now. */
export const visit = (address: string, title: string, at = new Date()) => ({
  id: newId(),
  at: at.toISOString(),
  seconds: 60,
  address,
  title,
  browser: 'chromium',
});

/** Posts a batch as an agent does. Status 0: nobody answered. `retryAfter`: seconds that the answer asks for. */
export async function postBatch(
  url: string,
  token: string,
  source: Source,
  events: object[],
  batchId: string = randomUUID(),
): Promise<{ status: number; body: { accepted?: number; code?: string }; retryAfter?: number }> {
  try {
    const answer = await fetch(`${url}/v1/activity/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ batchId, source, events }),
    });
    const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
    return {
      status: answer.status,
      body: (await answer.json()) as { accepted?: number; code?: string },
      ...(!Number.isNaN(retryAfter) && { retryAfter }),
    };
  } catch {
    return { status: 0, body: {} };
  }
}
