import { connect } from 'node:net';

/**
 * The same load for every side: so many connections, each sending its next request when the answer to the last has come, for so long.
 * Plain sockets, so that the generator costs little beside what it measures. A 503 is
 * counted as refused: an agent sends that batch again. `next()` gives a whole request as bytes.
 */
export async function load({
  port,
  connections,
  milliseconds = Number.POSITIVE_INFINITY,
  requests = Number.POSITIVE_INFINITY,
  expect,
  next,
}) {
  const latencies = [];
  const failures = new Map();
  let refused = 0;
  const until = performance.now() + milliseconds;
  let sent = 0;
  const more = () => performance.now() < until && sent < requests;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const line = new Line(port);
      while (more()) {
        sent++;
        const asked = performance.now();
        const { status, body } = await line.ask(next());
        if (status === expect) latencies.push(performance.now() - asked);
        else if (status === 503) refused++;
        else failures.set(status, body.slice(0, 200));
      }
      line.end();
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  if (failures.size)
    throw new Error(`the server answered ${[...failures].map(([status, body]) => `${status} ${body}`).join('; ')}`);
  return { requests: latencies.length, refused, seconds, latencies };
}

/** One connection, opened again when the server closes it. */
class Line {
  constructor(port) {
    this.port = port;
  }

  async ask(request) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(request);
      } catch (error) {
        this.end();
        if (attempt === 3) throw error;
      }
    }
  }

  end() {
    this.socket?.destroy();
    this.socket = undefined;
  }

  once(request) {
    this.socket ??= connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    const { socket } = this;
    return new Promise((done, failed) => {
      let received = Buffer.alloc(0);
      const settle = (result) => {
        for (const event of ['data', 'error', 'close']) socket.removeAllListeners(event);
        if (result instanceof Error) return failed(result);
        if (result.closes) this.end();
        done(result);
      };
      socket.on('data', (chunk) => {
        received = received.length ? Buffer.concat([received, chunk]) : chunk;
        const answer = parse(received);
        if (answer) settle(answer);
      });
      socket.on('error', settle);
      socket.on('close', () => settle(new Error('the server closed the connection without an answer')));
      socket.write(request);
    });
  }
}

function parse(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const whole = length === undefined ? chunked(bytes, end + 4) : bytes.length >= end + 4 + Number(length);
  if (!whole) return undefined;
  return {
    status: Number(head.slice(9, 12)),
    closes: /^connection: *close/im.test(head) || head.startsWith('HTTP/1.0'),
    body: bytes.toString('utf8', end + 4),
  };
}
const chunked = (bytes, from) => bytes.length >= from + 5 && bytes.toString('latin1', bytes.length - 5) === '0\r\n\r\n';

/** A whole HTTP/1.1 request. */
export function request(method, path, headers, body = Buffer.alloc(0)) {
  const lines = {
    host: '127.0.0.1',
    ...headers,
    ...(body.length && { 'content-type': 'application/json', 'content-length': body.length }),
  };
  const head = Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), body]);
}
