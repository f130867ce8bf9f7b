import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config.js';

/** PEM texts: whom this process trusts, and how it shows who it is. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** What `DAYBOOK_CERTIFICATES` holds: `ca.crt`, `service.crt`, `service.key`. Throws {@link ConfigError} for what is missing, unreadable or out of date. */
export async function readCertificates(folder: string, now: Date = new Date()): Promise<Certificates> {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'service.crt', 'service.key'].map((name) =>
      readFile(join(folder, name), 'utf8').catch(() => {
        throw refusal(folder, `${name} is not there or may not be read`);
      }),
    ),
  );
  if (!ca || !cert || !key) throw refusal(folder, 'a file is empty');
  refuseOutOfDate(folder, 'ca.crt', ca, now);
  refuseOutOfDate(folder, 'service.crt', cert, now);
  return Object.freeze({ ca, cert, key });
}

function refuseOutOfDate(folder: string, name: string, pem: string, now: Date): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw refusal(folder, `${name} is no certificate`);
  }
  if (now < certificate.validFromDate) throw refusal(folder, `${name} is not valid before ${certificate.validFrom}`);
  if (now > certificate.validToDate) throw refusal(folder, `${name} was valid until ${certificate.validTo}`);
}

const refusal = (folder: string, what: string): ConfigError =>
  new ConfigError(`DAYBOOK_CERTIFICATES is "${folder}": ${what}; the certificates step makes them anew`);
