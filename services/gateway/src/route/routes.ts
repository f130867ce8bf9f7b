import type { Audience } from '@daybook/contracts';

/** Who may call a route at all; the service behind it decides about the rest. */
export type Caller = 'person' | 'device' | 'anybody';

export interface Owner {
  prefix: string;
  /** Only this method there; what the prefix says of the rest belongs to others. */
  method?: string;
  service: Audience;
  callers: readonly Caller[];
  /** What a device may do there; all methods unless told. */
  deviceMethods?: readonly string[];
  /** How often, see limits.ts; `usual` unless told. */
  limit?: 'entry' | 'pairing' | 'unlock';
}

/** Which service owns which prefix, and who may knock. The longest prefix wins. */
export const OWNERS: readonly Owner[] = [
  { prefix: '/api/auth', service: 'identity', callers: ['anybody'] },
  { prefix: '/api/auth/sign-in', service: 'identity', callers: ['anybody'], limit: 'entry' },
  { prefix: '/api/auth/change-password', service: 'identity', callers: ['anybody'], limit: 'entry' },
  { prefix: '/api/auth/request-password-reset', service: 'identity', callers: ['anybody'], limit: 'entry' },
  { prefix: '/api/auth/reset-password', service: 'identity', callers: ['anybody'], limit: 'entry' },
  { prefix: '/api/auth/device', service: 'identity', callers: ['anybody'], limit: 'pairing' },
  { prefix: '/v1/welcome', service: 'identity', callers: ['anybody'], limit: 'entry' },
  { prefix: '/v1/devices/token', service: 'identity', callers: ['anybody'], limit: 'pairing' },
  { prefix: '/v1/me', service: 'identity', callers: ['person'] },
  { prefix: '/v1/me/vault', service: 'identity', callers: ['person'], limit: 'unlock' },
  { prefix: '/v1/invitations', service: 'identity', callers: ['person'] },
  { prefix: '/v1/activity', service: 'ingestion', callers: ['device'] },
  { prefix: '/v1/days', service: 'timeline', callers: ['person'] },
  // Forgetting a whole day is an erasure, and only privacy orders those.
  { prefix: '/v1/days/{day}', method: 'DELETE', service: 'privacy', callers: ['person'] },
  { prefix: '/v1/rules', service: 'timeline', callers: ['person'] },
  { prefix: '/v1/privacy', service: 'privacy', callers: ['person'] },
  { prefix: '/v1/privacy/consents', service: 'privacy', callers: ['person', 'device'], deviceMethods: ['GET'] },
  { prefix: '/v1/clients', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/projects', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/tasks', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/tags', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/entries', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/timesheets', service: 'timesheets', callers: ['person'] },
  { prefix: '/v1/exports', service: 'timesheets', callers: ['person'] },
];

/** Those of one method stand for that very path, so that they take nothing below it from its owner. */
const EXACT = new Map(OWNERS.flatMap((owner) => (owner.method ? [[`${owner.method} ${owner.prefix}`, owner]] : [])));
const BY_LENGTH = OWNERS.filter((owner) => !owner.method).sort((a, b) => b.prefix.length - a.prefix.length);
export const ownerOf = (method: string, path: string): Owner | undefined =>
  EXACT.get(`${method} ${path}`) ?? BY_LENGTH.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));

/** Whether this kind of caller may use this method there. */
export const admits = (owner: Owner, kind: 'person' | 'device', method: string): boolean =>
  owner.callers.includes(kind) && (kind === 'person' || owner.deviceMethods?.includes(method) !== false);
