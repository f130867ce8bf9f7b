import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { CertificateAuthority } from '@daybook/local-parts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, PeerClient, type ProblemError, problems, Replicas, readCertificates } from './index.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('a call to another service', () => {
  let folder: string;
  let authority: CertificateAuthority;
  const started: { close(): Promise<unknown> }[] = [];
  const certificates = async (name: string) => readCertificates(await authority.issue(name));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-peers-'));
    authority = await CertificateAuthority.open(folder);
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A process of privacy, and how often it was asked. */
  async function privacy(answer: Answer, shown?: Certificates) {
    const tls = { ...(shown ?? (await certificates('privacy'))), requestCert: true };
    const sockets = new Set<Duplex>();
    const process = { url: '', asked: 0, close: () => stop(server, sockets) };
    const server = createServer(tls, (request, response) => {
      if (request.url === '/health/ready') return void response.end();
      process.asked++;
      answer(request, response);
    }).on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    process.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    started.push(process);
    return process;
  }
  async function client(processes: { url: string }[], shown?: Certificates): Promise<PeerClient> {
    const urls = processes.map(({ url }) => url);
    const replicas = new Replicas('privacy', urls, shown ?? (await certificates('timeline')));
    started.unshift(replicas);
    return new PeerClient(replicas);
  }
  const problemOf = async (call: Promise<unknown>): Promise<ProblemError> =>
    call.then(
      () => expect.unreachable(),
      (error) => error,
    );
  const says =
    (status: number, body: unknown, headers = {}): Answer =>
    (_request, response) =>
      response.writeHead(status, headers).end(JSON.stringify(body));

  it('carries JSON there and back, with the caller’s certificate', async () => {
    const one = await privacy(async (request, response) => {
      const caller = (request.socket as unknown as TLSSocket).getPeerCertificate().subject.CN;
      response.end(JSON.stringify({ path: request.url, caller, body: await json(request) }));
    });
    expect(await (await client([one])).call('/internal/door', { a: [1, null] }, 1_000)).toEqual({
      path: '/internal/door',
      caller: 'timeline',
      body: { a: [1, null] },
    });
  });

  it('throws the other side’s refusal as the problem that it was', async () => {
    const refused = problems.vault_locked('open it first');
    const limited = problems.too_many_requests('later');
    const one = await privacy(says(423, refused.toProblem()));
    const two = await privacy(says(429, limited.toProblem(), { 'retry-after': '9' }));
    const problem = await problemOf((await client([one])).call('/internal/x', {}, 1_000));
    expect([problem.constructor.name, problem.toProblem()]).toEqual(['ProblemError', refused.toProblem()]);
    expect((await problemOf((await client([two])).call('/internal/x', {}, 1_000))).headers).toEqual({
      'retry-after': '9',
    });
  });

  it('is unavailable, without an address, where the other side fails, is silent, breaks off or talks nonsense', async () => {
    const ways: Answer[] = [
      says(500, problems.internal().toProblem()),
      says(503, {}),
      says(404, 'no problem document'),
      (_request, response) => response.end('{'),
      (_request, response) => response.writeHead(200, { 'content-length': 100 }).write('{'),
      (request) => request.socket.destroy(),
      () => undefined,
    ];
    for (const answer of ways) {
      const problem = await problemOf((await client([await privacy(answer)])).call('/internal/x', {}, 300));
      expect(problem).toMatchObject({ code: 'unavailable', status: 503, headers: { 'retry-after': '2' } });
      expect(problem.message + JSON.stringify(problem.toProblem())).not.toMatch(/127\.0\.0\.1|localhost|ECONN/);
    }
  });

  it('is sent again to another process only where that is the same as once', async () => {
    const breaking = await privacy((request) => request.socket.destroy());
    const sound = await privacy(says(200, { ok: true }));
    const call = async (repeatable: boolean) => {
      const peer = await client([breaking, sound]);
      return Promise.allSettled([1, 2].map(() => peer.call('/internal/x', {}, 1_000, repeatable)));
    };
    expect((await call(true)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect([breaking.asked, sound.asked]).toEqual([1, 2]);
    expect((await call(false)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([breaking.asked, sound.asked]).toEqual([2, 3]);
  });

  it('goes on to the next process where one cannot be reached, whatever is asked', async () => {
    const gone = await privacy(says(200, {}));
    await gone.close();
    const sound = await privacy(says(200, { ok: true }));
    const peer = await client([gone, sound]);
    for (let n = 0; n < 3; n++) expect(await peer.call('/internal/x', {}, 1_000)).toEqual({ ok: true });
    expect(await problemOf((await client([gone])).call('/internal/x', {}, 1_000))).toMatchObject({
      code: 'unavailable',
    });
  });

  it('trusts nobody but that service of this installation, however often it tries', async () => {
    const other = await CertificateAuthority.open(join(folder, 'another'));
    const stranger = await readCertificates(await other.issue('privacy'));
    for (const shown of [await certificates('timeline'), stranger]) {
      const impostor = await privacy(says(200, {}), shown);
      const peer = await client([impostor]);
      for (let n = 0; n < 3; n++)
        expect(await problemOf(peer.call('/internal/x', {}, 1_000))).toMatchObject({ code: 'unavailable' });
      expect(impostor.asked).toBe(0);
    }
    // Nor is a caller of another installation let in.
    const sound = await privacy(says(200, {}));
    const { ca } = await certificates('timeline');
    const foreign = await client([sound], { ...(await readCertificates(await other.issue('timeline'))), ca });
    await expect(foreign.call('/internal/x', {}, 1_000)).rejects.toMatchObject({ code: 'unavailable' });
    expect(sound.asked).toBe(0);
  });
});

function stop(server: Server, sockets: Set<Duplex>): Promise<unknown> {
  const closed = new Promise((done) => server.close(done));
  for (const socket of sockets) socket.destroy();
  return closed;
}
