import { z } from 'zod';
import { internalCall } from './internal-call.js';
import { DeviceRef, MemberRef, OrgRef, SessionRef, SubjectRef } from './refs.js';

/** Who a request is for, as the gateway vouches: each token is made for one audience and lives at most a minute. */
export const AUDIENCES = ['identity', 'ingestion', 'privacy', 'timeline', 'timesheets'] as const;
export const Audience = z.enum(AUDIENCES);
export type Audience = z.infer<typeof Audience>;

export const Role = z.enum(['owner', 'manager', 'member']);
export type Role = z.infer<typeof Role>;

/** timeline, privacy and ingestion know a person by the subject, never by the member. */
export const PersonActor = z.object({
  kind: z.literal('person'),
  subject: SubjectRef,
  org: OrgRef,
  session: SessionRef,
});
export type PersonActor = z.infer<typeof PersonActor>;
/** timesheets and reporting know a person by the member, never by the subject. */
export const MemberActor = z.object({
  kind: z.literal('member'),
  member: MemberRef,
  org: OrgRef,
  role: Role,
  session: SessionRef,
});
export type MemberActor = z.infer<typeof MemberActor>;
/** An agent: may write batches and read consent, nothing else. */
export const DeviceActor = z.object({ kind: z.literal('device'), subject: SubjectRef, org: OrgRef, device: DeviceRef });
export type DeviceActor = z.infer<typeof DeviceActor>;
/** Identity alone holds both. */
export const AccountActor = z.object({
  kind: z.literal('account'),
  userId: z.string(),
  subject: SubjectRef,
  member: MemberRef,
  org: OrgRef,
  role: Role,
  session: SessionRef,
});
export type AccountActor = z.infer<typeof AccountActor>;

export const Actor = z.discriminatedUnion('kind', [PersonActor, MemberActor, DeviceActor, AccountActor]);
export type Actor = z.infer<typeof Actor>;

/** Headers between gateway and services. The gateway deletes every inbound `x-daybook-*` before adding its own. */
export const HEADERS = {
  actor: 'x-daybook-actor',
  /** Second token of a day view, audience `privacy`, passed on by timeline to the broker. */
  brokerActor: 'x-daybook-broker-actor',
  vault: 'x-daybook-vault',
  clientIp: 'x-client-ip',
  requestId: 'x-request-id',
} as const;
export const VAULT_COOKIE = 'daybook.vault';

const asked = { timeoutMs: 5_000, repeatable: true };
/** gateway → identity. */
export const SESSION_CALLS = {
  session: internalCall(
    '/internal/sessions/session',
    asked,
    z.object({ cookie: z.string() }),
    z.object({ actor: AccountActor.nullable() }),
  ),
  device: internalCall(
    '/internal/sessions/device',
    asked,
    z.object({ token: z.string() }),
    z.object({ actor: DeviceActor.nullable() }),
  ),
};
/** gateway → identity: whose session, whose device token? Null = 401. */
export interface SessionDirectory {
  session(cookieHeader: string): Promise<AccountActor | null>;
  device(bearerToken: string): Promise<DeviceActor | null>;
}
