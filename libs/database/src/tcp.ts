import { chown, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerUser } from './server-user.js';

/** Reachable over TCP on this machine, with certificates both ways. */
export interface TcpOptions {
  port: number;
  /** A folder with `ca.crt`, `service.crt` and `service.key`; a client shows a certificate of that authority, then its password. */
  certificates: string;
}

/** The superuser stays on the Unix socket; the first line that fits decides. */
const accessRules = (superuser: string) => `local all all scram-sha-256
hostssl all ${superuser} all reject
hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
`;

/**
 * The server's settings for that. What it needs is copied into `folder`, which is gone when the server has stopped: the key must
 * belong to the user that the server runs as, and in the data folder it would be part of every backup.
 */
export async function tcpSettings(
  { port, certificates }: TcpOptions,
  folder: string,
  superuser: string,
  user: ServerUser | undefined,
): Promise<Record<string, string>> {
  const names = ['ca.crt', 'service.crt', 'service.key'];
  await Promise.all(names.map((name) => copyFile(join(certificates, name), join(folder, name))));
  await writeFile(join(folder, 'access.conf'), accessRules(superuser));
  if (user) await Promise.all([...names, 'access.conf'].map((name) => chown(join(folder, name), user.uid, user.gid)));
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    hba_file: join(folder, 'access.conf'),
    ssl: 'on',
    ssl_ca_file: join(folder, 'ca.crt'),
    ssl_cert_file: join(folder, 'service.crt'),
    ssl_key_file: join(folder, 'service.key'),
  };
}
