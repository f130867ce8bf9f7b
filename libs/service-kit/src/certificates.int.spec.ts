import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '@daybook/local-parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readCertificates } from './index.js';

describe('the certificates of a process', () => {
  let root: string;
  let folder: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'daybook-certificates-'));
    folder = await (await CertificateAuthority.open(root)).issue('privacy');
  });
  afterAll(() => rm(root, { recursive: true }));

  it('are read from their folder', async () => {
    const { ca, cert, key } = await readCertificates(folder);
    expect([ca, cert, key].map((pem) => pem.split('\n')[0])).toEqual([
      '-----BEGIN CERTIFICATE-----',
      '-----BEGIN CERTIFICATE-----',
      '-----BEGIN PRIVATE KEY-----',
    ]);
  });

  it('stop the boot, by name, where one is missing, broken or out of date', async () => {
    const years = (count: number) => new Date(Date.now() + count * 365 * 86_400_000);
    await expect(readCertificates(folder, years(2))).rejects.toThrow(/service\.crt was valid until/);
    await expect(readCertificates(folder, years(-1))).rejects.toThrow(/is not valid before/);
    await writeFile(join(folder, 'service.crt'), 'nonsense');
    await expect(readCertificates(folder)).rejects.toThrow(/service\.crt is no certificate/);
    await rm(join(folder, 'service.key'));
    const refusal = await readCertificates(folder).catch((error: Error) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(String(refusal)).toContain(`DAYBOOK_CERTIFICATES is "${folder}": service.key is not there`);
  });
});
