import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CertificateAuthority } from '@daybook/local-parts';

/** PEM texts. */
export interface PemTexts {
  ca: string;
  cert: string;
  key: string;
}

/** An installation's authority for one spec file. */
export interface TestCertificates {
  /** Folder as in `DAYBOOK_CERTIFICATES`. */
  folder(name: string): Promise<string>;
  of(name: string): Promise<PemTexts>;
  remove(): Promise<void>;
}

export async function newCertificates(): Promise<TestCertificates> {
  const root = await mkdtemp(join(tmpdir(), 'daybook-certificates-'));
  const authority = await CertificateAuthority.open(root);
  const folder = (name: string) => authority.issue(name);
  return {
    folder,
    of: async (name) => {
      const read = async (file: string) => readFile(join(await folder(name), file), 'utf8');
      return { ca: await read('ca.crt'), cert: await read('service.crt'), key: await read('service.key') };
    },
    remove: () => rm(root, { recursive: true }),
  };
}

/** One HTTPS request as whoever shows these certificates; rejects when the two do not get together. */
export async function askAs(
  tls: Partial<PemTexts>,
  method: string,
  url: string,
  body?: unknown,
): Promise<{ status: number; text: string; headers: Record<string, string | string[] | undefined> }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { ...tls, method, agent: false, ...(payload && { headers: { 'content-type': 'application/json' } }) },
      (answer) =>
        text(answer).then(
          (said) => resolve({ status: answer.statusCode ?? 0, text: said, headers: answer.headers }),
          reject,
        ),
    );
    asked.on('error', reject).end(payload);
  });
}
