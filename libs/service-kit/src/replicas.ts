import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Certificates } from './certificates.js';
import { problems } from './problems.js';

const POLL_MS = 300;
/** A replica that is only slow must not be taken for one that is gone. */
const POLL_PATIENCE_MS = 2_000;
const CONNECT_MS = 1_000;

export interface Ask {
  method: Dispatcher.HttpMethod;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer | string | null;
  /** Doing it twice is doing it once, so that it may be sent again after a connection broke before any answer. */
  repeatable: boolean;
  /** Ends the request; its reason is what is thrown. */
  signal: AbortSignal;
  /** Longest silence between two parts of an answer. */
  silenceMs: number;
}

interface Replica {
  readonly origin: string;
  /** Unknown until the first poll answers, and worth a try. */
  /** Down refuses; silent does not even do that. */
  state: 'unknown' | 'up' | 'down' | 'silent';
}

/** No connection came about, so nothing of any request was heard. */
class NotConnected extends Error {}

/**
 * The processes of one service, in turn. Those that are going down (`/health/ready` says 503) or cannot be reached get nothing new.
 * Who answers must hold a certificate of that very service: another one's, stolen, is refused. Errors never name an address.
 */
export class Replicas {
  private readonly agent: Agent;
  private readonly replicas: readonly Replica[];
  private readonly stopped = new AbortController();
  private readonly polling: NodeJS.Timeout;
  private turn = 0;

  /** `urls` like `https://host:port`. It polls from now on, until `close`. */
  constructor(
    readonly service: string,
    urls: readonly string[],
    certificates: Certificates,
  ) {
    this.agent = new Agent({
      connect: connectorTo(service, certificates),
      allowH2: false,
      // Whoever sends a request says how long it may take.
      headersTimeout: 0,
    });
    this.replicas = urls.map((url) => ({ origin: new URL(url).origin, state: 'unknown' }));
    const poll = () => {
      for (const replica of this.replicas) void this.poll(replica);
    };
    this.polling = setInterval(poll, POLL_MS).unref();
    poll();
  }

  /** Up or not. */
  get count(): number {
    return this.replicas.length;
  }

  /** At least one is known to take requests. */
  ready(): boolean {
    return this.replicas.some(({ state }) => state === 'up');
  }

  /** The answer of one of them, whatever its status. Throws `unavailable` when none can be asked, or the signal's reason. */
  async send(ask: Ask): Promise<Dispatcher.ResponseData> {
    const tried = new Set<Replica>();
    let repeats = ask.repeatable ? 1 : 0;
    for (;;) {
      const replica = this.next(tried);
      if (!replica) throw unavailable();
      tried.add(replica);
      try {
        return await this.request(replica, ask);
      } catch (error) {
        ask.signal.throwIfAborted();
        if (error instanceof NotConnected) replica.state = 'down';
        else if (repeats-- === 0) throw unavailable(error);
      }
    }
  }

  /** Ends what is under way, too. */
  async close(): Promise<void> {
    clearInterval(this.polling);
    this.stopped.abort();
    await this.agent.destroy();
  }

  /** One that was down a moment ago may be back before the next poll says so: it is the last resort, and refuses quickly if not. */
  private next(tried: ReadonlySet<Replica>): Replica | undefined {
    const left = this.replicas.filter((replica) => !tried.has(replica));
    const open = left.filter(({ state }) => state === 'up' || state === 'unknown');
    const some = open.length ? open : left.filter(({ state }) => state === 'down');
    return some[this.turn++ % some.length];
  }

  private request(replica: Replica, { method, path, headers, body, signal, silenceMs }: Ask) {
    return this.agent.request({
      origin: replica.origin,
      method,
      path,
      headers,
      body,
      signal,
      bodyTimeout: silenceMs,
    });
  }

  private async poll(replica: Replica): Promise<void> {
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(POLL_PATIENCE_MS)]);
    try {
      const { statusCode, body } = await this.agent.request({
        origin: replica.origin,
        method: 'GET',
        path: '/health/ready',
        signal,
      });
      await body.dump();
      replica.state = statusCode === 200 ? 'up' : 'down';
    } catch {
      replica.state = signal.aborted ? 'silent' : 'down';
    }
  }
}

export const unavailable = (cause?: unknown) =>
  problems.unavailable('try again in a moment', { headers: { 'retry-after': '2' }, cause });

/**
 * Certificates of an installation all say `localhost` too, so the name that is checked is the service's, not the address's. No session is
 * taken up again: Node does not check the name then.
 */
function connectorTo(service: string, certificates: Certificates): buildConnector.connector {
  const connect = buildConnector({
    ...certificates,
    minVersion: 'TLSv1.3',
    maxCachedSessions: 0,
    timeout: CONNECT_MS,
    allowH2: false,
  });
  return (options, done) =>
    connect({ ...options, servername: service }, (error, socket) =>
      error ? done(new NotConnected('no connection', { cause: error }), null) : done(null, socket as never),
    );
}
