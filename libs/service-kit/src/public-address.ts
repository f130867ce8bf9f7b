import { z } from 'zod';
import { ConfigError } from './config.js';

const PORT = 'use a port number from 1 to 65535, e.g. 8420';

/** Variables that say where people reach the installation. */
export const PUBLIC_ADDRESS = {
  DAYBOOK_PORT: z.coerce.number(PORT).int().min(0, PORT).max(65_535, PORT).default(8420),
  DAYBOOK_HOST: z.string().default('127.0.0.1'),
  DAYBOOK_TLS_CERT: z.string().optional(),
  DAYBOOK_TLS_KEY: z.string().optional(),
  DAYBOOK_BEHIND_TLS_PROXY: z.enum(['true', 'false'], 'use true or false').default('false'),
  DAYBOOK_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'use an address like https://daybook.example.org' })
    .optional(),
};

export interface PublicAddress {
  host: string;
  port: number;
  /** Paths of PEM files. */
  tls: { cert: string; key: string } | undefined;
  /** A proxy in front ends TLS. */
  behindTlsProxy: boolean;
  /** Without a slash at its end. */
  publicUrl: string;
}

/** Throws {@link ConfigError} for half a certificate, and for listening beyond this machine without TLS (P27). */
export function publicAddress(env: z.infer<z.ZodObject<typeof PUBLIC_ADDRESS>>): PublicAddress {
  const { DAYBOOK_HOST: host, DAYBOOK_PORT: port, DAYBOOK_TLS_CERT: cert, DAYBOOK_TLS_KEY: key } = env;
  if (Boolean(cert) !== Boolean(key))
    throw new ConfigError(
      `${cert ? 'DAYBOOK_TLS_KEY' : 'DAYBOOK_TLS_CERT'} is missing: a certificate and its key are given together`,
    );
  const tls = cert && key ? { cert, key } : undefined;
  const behindTlsProxy = env.DAYBOOK_BEHIND_TLS_PROXY === 'true';
  if (!LOOPBACK.has(host) && !tls && !behindTlsProxy)
    throw new ConfigError(
      `DAYBOOK_HOST is "${host}": beyond this machine Daybook speaks TLS only; set DAYBOOK_TLS_CERT and DAYBOOK_TLS_KEY, or DAYBOOK_BEHIND_TLS_PROXY=true`,
    );
  const publicUrl = env.DAYBOOK_PUBLIC_URL ?? `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { host, port, tls, behindTlsProxy, publicUrl: publicUrl.replace(/\/$/, '') };
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
