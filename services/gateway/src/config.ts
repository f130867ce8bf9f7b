import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { fileOf, PROCESS, PUBLIC_ADDRESS, replicaUrls } from '@daybook/service-kit';
import { z } from 'zod';
import { LIMIT_VARIABLES } from './limit/limits.js';

export const Environment = z.object({
  ...PROCESS,
  ...PUBLIC_ADDRESS,
  ...LIMIT_VARIABLES,
  DAYBOOK_ACTOR_PRIVATE_KEY: fileOf('use a PEM file with the private key of actor tokens', createPrivateKey),
  DAYBOOK_IDENTITY_URLS: replicaUrls,
  DAYBOOK_INGESTION_URLS: replicaUrls,
  DAYBOOK_PRIVACY_URLS: replicaUrls,
  DAYBOOK_TIMELINE_URLS: replicaUrls,
  DAYBOOK_TIMESHEETS_URLS: replicaUrls,
});

/** The built web UI. */
export const WEB_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url));
