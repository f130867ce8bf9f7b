import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, ForeignAuthority } from './certificate-authority.js';

const DAY = 86_400_000;

describe('the certificates of an installation', () => {
  let root: string;
  let folders = 0;
  const fresh = () => join(root, String(folders++));
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'daybook-certificates-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const pem = (folder: string, name: string) => readFile(join(folder, name), 'utf8');
  const material = async (folder: string) => ({
    ca: await pem(folder, 'ca.crt'),
    cert: await pem(folder, 'service.crt'),
    key: await pem(folder, 'service.key'),
  });

  /** The name that the server saw, or why the two did not get together. */
  async function meet(serverFolder: string, clientFolder: string, host = 'localhost'): Promise<string> {
    const server = createServer({ ...(await material(serverFolder)), requestCert: true }, (socket) =>
      socket.end(String(socket.getPeerCertificate().subject.CN)),
    ).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => undefined);
    await once(server, 'listening');
    const port = (server.address() as AddressInfo).port;
    const client: TLSSocket = connect({ ...(await material(clientFolder)), port, host: '127.0.0.1', servername: host });
    let said = '';
    try {
      client.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
      await once(client, 'close');
      return said;
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    } finally {
      client.destroy();
      server.close();
    }
  }

  it('let services of one authority know each other by name', async () => {
    const authority = await CertificateAuthority.open(fresh());
    const [privacy, gateway] = [
      await authority.issue('privacy', ['privacy.example']),
      await authority.issue('gateway'),
    ];
    for (const host of ['localhost', 'privacy', 'privacy.example'])
      expect(await meet(privacy, gateway, host)).toBe('gateway');
    expect(await meet(privacy, gateway, 'timeline')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    const certificate = new X509Certificate(await pem(privacy, 'service.crt'));
    expect([certificate.checkIP('127.0.0.1'), certificate.checkIP('::1')]).toEqual(['127.0.0.1', '::1']);
    expect(certificate.ca).toBe(false);
  });

  it('refuse the services of another authority, from either side', async () => {
    const ours = await (await CertificateAuthority.open(fresh())).issue('privacy');
    const theirs = await (await CertificateAuthority.open(fresh())).issue('privacy');
    const halfTheirs = fresh();
    const [own, foreign] = await Promise.all([material(ours), material(theirs)]);
    await CertificateAuthority.open(halfTheirs);
    // Trusts us, shows a certificate of theirs: the server has to notice.
    await writeFile(join(halfTheirs, 'ca.crt'), own.ca);
    await writeFile(join(halfTheirs, 'service.crt'), foreign.cert);
    await writeFile(join(halfTheirs, 'service.key'), foreign.key);
    expect(await meet(ours, theirs)).toMatch(/^(UNABLE_TO_VERIFY|SELF_SIGNED|CERT_SIGNATURE_FAILURE)/);
    expect(await meet(ours, halfTheirs)).not.toBe('privacy');
    expect(await meet(ours, ours)).toBe('privacy');
  });

  it('stay the same until thirty days before they end, or until a host is added', async () => {
    const folder = fresh();
    let now = new Date('2026-03-01T00:00:00Z');
    const issue = async (...hosts: string[]) => {
      const authority = await CertificateAuthority.open(folder, () => now);
      return pem(await authority.issue('privacy', hosts), 'service.crt');
    };
    const first = await issue();
    now = new Date(now.getTime() + 334 * DAY);
    expect(await issue()).toBe(first);
    now = new Date(now.getTime() + 2 * DAY);
    const second = await issue();
    expect(second).not.toBe(first);
    expect(await issue('more.example')).not.toBe(second);
    const authority = await pem(folder, 'ca.crt');
    now = new Date(now.getTime() + 10 * 365 * DAY);
    await issue();
    expect(await pem(folder, 'ca.crt')).not.toBe(authority);
  });

  it('keep their keys to their owner, and refuse an authority whose key is another', async () => {
    const folder = fresh();
    const privacy = await (await CertificateAuthority.open(folder)).issue('privacy');
    for (const key of [join(folder, 'ca.key'), join(privacy, 'service.key')])
      expect((await stat(key)).mode & 0o777).toBe(0o600);
    await writeFile(join(folder, 'ca.key'), await pem(privacy, 'service.key'));
    await expect(CertificateAuthority.open(folder)).rejects.toThrow(ForeignAuthority);
  });
});
