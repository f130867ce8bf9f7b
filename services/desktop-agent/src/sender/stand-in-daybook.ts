import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Source } from '@daybook/contracts';

export interface ReceivedBatch {
  batchId: string;
  source: Source;
  events: { id: string; op: string; name?: string; title?: string; address?: string }[];
}
export type Reply = (response: ServerResponse, batch: ReceivedBatch) => void;

export const problem =
  (status: number, code: string, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ code, status }));
export const accept: Reply = (response, { events }) =>
  response
    .writeHead(202, { 'content-type': 'application/json' })
    .end(JSON.stringify({ accepted: events.length, dropped: {} }));

/** A double of the two routes that an agent uses, for answers that the real ones give seldom, and for what is no Daybook at all. */
export class StandInDaybook {
  /** Batches that were answered with 202. */
  readonly accepted: ReceivedBatch[] = [];
  readonly asked: string[] = [];
  /** The next replies to batches; {@link accept} when there are none left. */
  replies: Reply[] = [];
  consents: object[] = [];
  revoked = false;
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  /** Of files and pages, in the order of arrival. */
  get names(): string[] {
    return this.accepted.flatMap(({ events }) => events.flatMap(({ name, title }) => name ?? title ?? []));
  }
  get addresses(): string[] {
    return this.accepted.flatMap(({ events }) => events.flatMap(({ address }) => address ?? []));
  }
  get retracted(): string[] {
    return this.accepted.flatMap(({ events }) => events.flatMap(({ op, id }) => (op === 'retract' ? id : [])));
  }

  /** The same address again after a stop. */
  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response)).listen(
      this.port,
      '127.0.0.1',
    );
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address) this.port = address.port;
  }
  async stop(): Promise<void> {
    const server = this.server;
    if (!server?.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.revoked) return void problem(401, 'unauthenticated')(response, NO_BATCH);
    if (request.method === 'GET')
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ timeZone: 'Europe/Berlin', items: this.consents }));
    const batch = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedBatch;
    const reply = this.replies.shift() ?? accept;
    response.on('finish', () => {
      if (response.statusCode === 202) this.accepted.push(batch);
    });
    reply(response, batch);
  }
}

const NO_BATCH: ReceivedBatch = { batchId: '', source: 'files', events: [] };

/** A consent as Daybook tells it. */
export const consentTo = (source: Source, fields: object = {}): object => ({
  source,
  state: 'on',
  since: new Date(Date.now() - 60_000).toISOString(),
  version: 1,
  ...fields,
});
