import { BatchAccepted, type Problem } from '@daybook/contracts';
import { z } from 'zod';
import { KnownConsents } from '../home/agent-home.js';
import type { SpooledBatch } from '../spool/spool.js';

export type Sent =
  | { kind: 'accepted'; accepted: number; dropped: Partial<Record<string, number>> }
  /** Erased meanwhile: never send it again. */
  | { kind: 'erased' }
  /** The source is off. */
  | { kind: 'off' }
  /** This device was revoked. */
  | { kind: 'revoked' }
  /** Too many bytes, for the server or something in front of it. */
  | { kind: 'too-large' }
  /** The server will never take it. */
  | { kind: 'refused'; code: string }
  /** Not now; again after so many milliseconds, if the server said so. */
  | { kind: 'later'; afterMs?: number };

interface Answer {
  status: number;
  /** Undefined unless it is JSON. */
  body: unknown;
  retryAfter: string | null;
}

const SENDING_MS = 30_000;
/** Watching waits for it. */
const ASKING_MS = 5_000;
const Code = z.object({ code: z.string() });

/** The two routes that a device may use. Whatever does not answer like Daybook (a sign-in page of a hotel, say) is "later". */
export class DaybookClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly signal?: AbortSignal,
  ) {}

  async send({ batchId, source, events }: Omit<SpooledBatch, 'file'>): Promise<Sent> {
    const answer = await this.ask('POST', '/v1/activity/batches', { batchId, source, events });
    if (!answer) return { kind: 'later' };
    const accepted = BatchAccepted.safeParse(answer.body);
    if (answer.status === 202 && accepted.success) return { kind: 'accepted', ...accepted.data };
    const code: Problem['code'] | undefined = Code.safeParse(answer.body).data?.code;
    if (answer.status === 413) return { kind: 'too-large' };
    if (answer.status === 401 && code) return { kind: 'revoked' };
    if (answer.status === 410 && code) return { kind: 'erased' };
    if (answer.status === 403 && code === 'consent_required') return { kind: 'off' };
    if ((answer.status === 400 || answer.status === 415 || answer.status === 422) && code)
      return { kind: 'refused', code };
    const afterMs = retryAfterMs(answer.retryAfter, Date.now());
    return { kind: 'later', ...(afterMs !== undefined && { afterMs }) };
  }

  /** Undefined when the server cannot be asked; `revoked` when this device may not ask any more. */
  async consents(): Promise<KnownConsents | 'revoked' | undefined> {
    const answer = await this.ask('GET', '/v1/privacy/consents');
    if (answer?.status === 401 && Code.safeParse(answer.body).success) return 'revoked';
    return answer?.status === 200 ? KnownConsents.safeParse(answer.body).data : undefined;
  }

  private async ask(method: string, path: string, body?: object): Promise<Answer | undefined> {
    try {
      const timeout = AbortSignal.timeout(body ? SENDING_MS : ASKING_MS);
      const response = await fetch(this.url + path, {
        method,
        // Nothing of the person follows a redirect to somewhere else.
        redirect: 'manual',
        headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: this.signal ? AbortSignal.any([timeout, this.signal]) : timeout,
      });
      const text = await response.text();
      return { status: response.status, body: json(text), retryAfter: response.headers.get('retry-after') };
    } catch {
      return undefined;
    }
  }
}

/** Seconds, or a date (RFC 9110). */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return ms > 0 ? ms : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
