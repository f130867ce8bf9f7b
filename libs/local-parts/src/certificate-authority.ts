// The certificate library asks for it before it is loaded itself.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const DAY = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEARS_OF_AUTHORITY = 10;
const DAYS_OF_CERTIFICATE = 365;
const RENEW_DAYS_BEFORE_END = 30;

/** The authority's own certificate is not the one that this key makes. */
export class ForeignAuthority extends Error {}

/**
 * The one authority of an installation, in a folder: `ca.crt` is what everybody trusts, `ca.key` never leaves the folder.
 * ECDSA P-256, because Node, Kafka, PostgreSQL and Redis all take it.
 */
export class CertificateAuthority {
  private constructor(
    private readonly folder: string,
    private readonly key: string,
    private readonly certificate: string,
    private readonly now: () => Date,
  ) {}

  /** Makes what is not there, and makes the certificate anew, with the same key, 30 days before it ends. */
  static async open(folder: string, now: () => Date = () => new Date()): Promise<CertificateAuthority> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = (await read(folder, 'ca.key')) ?? (await newKey());
    let certificate = await read(folder, 'ca.crt');
    if (certificate && !new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
      throw new ForeignAuthority(`${folder}: ca.key and ca.crt do not belong together`);
    if (!certificate || endsSoon(certificate, now())) {
      certificate = await sign(key, key, AUTHORITY, AUTHORITY, now(), YEARS_OF_AUTHORITY * 365, [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ]);
      await write(folder, 'ca.key', key, 0o600);
      await write(folder, 'ca.crt', certificate, 0o644);
    }
    return new CertificateAuthority(folder, key, certificate, now);
  }

  /**
   * The folder of one service: `ca.crt`, `service.crt` and `service.key`. The certificate says CN=name and is good for this
   * machine, for the name and for the further hosts; it is made anew when it ends soon or when a host is not in it.
   */
  async issue(name: string, hosts: string[] = []): Promise<string> {
    const folder = join(this.folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = ['localhost', '127.0.0.1', '::1', name, ...hosts];
    const [certificate, oldKey] = await Promise.all([read(folder, 'service.crt'), read(folder, 'service.key')]);
    if (!certificate || !oldKey || !this.serves(certificate, oldKey, names)) {
      const key = await newKey();
      const made = await sign(key, this.key, name, AUTHORITY, this.now(), DAYS_OF_CERTIFICATE, [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const),
        ),
      ]);
      await write(folder, 'service.key', key, 0o600);
      await write(folder, 'service.crt', made, 0o644);
    }
    await write(folder, 'ca.crt', this.certificate, 0o644);
    return folder;
  }

  private serves(pem: string, key: string, names: string[]): boolean {
    const certificate = new X509Certificate(pem);
    return (
      !endsSoon(pem, this.now()) &&
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.verify(createPublicKey(this.key)) &&
      names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)))
    );
  }
}

const AUTHORITY = 'Daybook installation';

const endsSoon = (pem: string, now: Date): boolean =>
  new Date(new X509Certificate(pem).validTo).getTime() - now.getTime() < RENEW_DAYS_BEFORE_END * DAY;

async function newKey(): Promise<string> {
  const { privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function sign(
  key: string,
  signingKey: string,
  subject: string,
  issuer: string,
  now: Date,
  days: number,
  extensions: x509.Extension[],
): Promise<string> {
  const publicKey = createPublicKey(key).toCryptoKey(ALGORITHM, true, ['verify']);
  const authority = createPublicKey(signingKey).toCryptoKey(ALGORITHM, true, ['verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive and never twice, as RFC 5280 asks.
    serialNumber: `01${randomBytes(16).toString('hex')}`,
    subject: [{ CN: [subject] }],
    issuer: [{ CN: [issuer] }],
    // Clocks of the machines of one installation may differ a little.
    notBefore: new Date(now.getTime() - DAY),
    notAfter: new Date(now.getTime() + days * DAY),
    publicKey,
    signingKey: createPrivateKey(signingKey).toCryptoKey(ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

const read = (folder: string, name: string): Promise<string | undefined> =>
  readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });

/** Whole or not at all, whoever reads meanwhile. */
async function write(folder: string, name: string, text: string, mode: number): Promise<void> {
  const path = join(folder, name);
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, text, { mode });
  await rename(draft, path);
}
