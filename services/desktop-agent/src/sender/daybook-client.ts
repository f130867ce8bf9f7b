import type { Consent, Problem } from '@daybook/contracts';
import { BatchAccepted } from '@daybook/contracts';
import type { SpooledBatch } from '../spool/spool.js';

export type Sent =
  | { kind: 'accepted'; accepted: number; dropped: Partial<Record<string, number>> }
  /** Erased meanwhile: never send it again. */
  | { kind: 'erased' }
  /** The source is off. */
  | { kind: 'off' }
  /** This device was revoked. */
  | { kind: 'revoked' }
  /** Not now; again after so many milliseconds, if the server said so. */
  | { kind: 'later'; afterMs?: number }
  /** The server will never take it. */
  | { kind: 'refused'; code: string };

/** The two routes that a device may use. */
export class DaybookClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async send({ batchId, source, events }: Pick<SpooledBatch, 'batchId' | 'source' | 'events'>): Promise<Sent> {
    const answer = await this.ask('POST', '/v1/activity/batches', { batchId, source, events });
    if (!answer) return { kind: 'later' };
    if (answer.status === 202) return { kind: 'accepted', ...BatchAccepted.parse(await answer.json()) };
    const { code } = (await answer.json().catch(() => ({}))) as Partial<Problem>;
    if (answer.status === 401) return { kind: 'revoked' };
    if (answer.status === 410) return { kind: 'erased' };
    if (answer.status === 403 && code === 'consent_required') return { kind: 'off' };
    if (answer.status === 429 || answer.status >= 500) {
      const seconds = Number(answer.headers.get('retry-after'));
      return { kind: 'later', ...(seconds > 0 && { afterMs: seconds * 1_000 }) };
    }
    return { kind: 'refused', code: code ?? String(answer.status) };
  }

  /** Undefined when the server cannot be asked; `revoked` when this device may not ask any more. */
  async consents(): Promise<Consent[] | 'revoked' | undefined> {
    const answer = await this.ask('GET', '/v1/privacy/consents');
    if (answer?.status === 401) return 'revoked';
    if (answer?.status !== 200) return undefined;
    return ((await answer.json()) as { items: Consent[] }).items;
  }

  private async ask(method: string, path: string, body?: object): Promise<Response | undefined> {
    try {
      return await fetch(this.url + path, {
        method,
        headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      return undefined;
    }
  }
}
