import { z } from 'zod';
import { Role } from './actor.js';
import { DeviceRef, MemberRef, OrgRef, SessionRef, SubjectRef } from './refs.js';
import { Instant, TimeZone } from './time.js';

const Password = z.string().min(12, 'a password needs at least 12 characters').max(256);
export const Welcome = z
  .object({
    code: z.string().min(8).max(64),
    name: z.string().trim().min(1).max(120),
    email: z.email().max(254),
    password: Password,
    timeZone: TimeZone,
  })
  .meta({ id: 'Welcome' });
export const Welcomed = z.object({ recoveryCode: z.string() }).meta({ id: 'Welcomed' });

/** An owner invites a colleague; the link works once, for a week. */
export const NewInvitation = z.object({ email: z.email().max(254) }).meta({ id: 'NewInvitation' });
export const Invitation = z.object({ link: z.string(), expiresAt: Instant }).meta({ id: 'Invitation' });

export const Me = z
  .object({
    name: z.string(),
    email: z.string(),
    timeZone: TimeZone,
    role: Role,
    member: MemberRef,
    organisation: z.object({ id: OrgRef, name: z.string() }),
    /** Whether this browser holds what opens the vault. */
    vault: z.enum(['open', 'locked']),
    settings: z.record(z.string(), z.unknown()),
    /** First steps done, for the welcome checklist. */
    steps: z.object({ recoveryCodeSaved: z.boolean(), devicePaired: z.boolean() }),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;
export const MeChange = z
  .object({
    name: z.string().trim().min(1).max(120).optional(),
    timeZone: TimeZone.optional(),
    settings: z.record(z.string(), z.unknown()).optional(),
    recoveryCodeSaved: z.literal(true).optional(),
  })
  .meta({ id: 'MeChange' });

/** Either factor; with both, the recovery code opens and the password becomes a factor again (after a reset). `startNew`: go on with a new vault. */
export const VaultUnlock = z
  .object({
    password: z.string().max(256).optional(),
    recoveryCode: z.string().max(64).optional(),
    startNew: z.boolean().optional(),
  })
  .refine((u) => u.password !== undefined || u.recoveryCode !== undefined, {
    path: ['password'],
    message: 'a password or a recovery code is needed',
  })
  .meta({ id: 'VaultUnlock' });
export const VaultUnlocked = z
  .object({ vault: z.literal('open'), recoveryCode: z.string().optional() })
  .meta({ id: 'VaultUnlocked' });

/** Body of `POST /v1/me/vault/recovery-code`: a new recovery code instead of a lost one. */
export const PasswordProof = z.object({ password: z.string().max(256) }).meta({ id: 'PasswordProof' });

export const Device = z
  .object({
    id: DeviceRef,
    name: z.string(),
    pairedAt: Instant,
    lastUsedAt: Instant.optional(),
    revokedAt: Instant.optional(),
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof Device>;
export const Session = z
  .object({
    id: SessionRef,
    current: z.boolean(),
    startedAt: Instant,
    lastUsedAt: Instant.optional(),
    browser: z.string().optional(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/** RFC 8628 token end; `error` codes as in the RFC with status 400. */
export const DeviceTokenRequest = z
  .object({
    grant_type: z.literal('urn:ietf:params:oauth:grant-type:device_code'),
    device_code: z.string(),
    client_id: z.literal('daybook-agent'),
    device_name: z.string().max(120).optional(),
  })
  .meta({ id: 'DeviceTokenRequest' });
export const DeviceToken = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    device: DeviceRef,
    scope: z.literal('activity:write consent:read'),
  })
  .meta({ id: 'DeviceToken' });

/** Values of `identity.subjects.v1` (key subjectRef), for privacy; never a member reference. */
export const SubjectFact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('SubjectJoined'), subject: SubjectRef, org: OrgRef, timeZone: TimeZone, at: Instant }),
  z.object({ type: z.literal('TimeZoneChanged'), subject: SubjectRef, timeZone: TimeZone, at: Instant }),
  z.object({ type: z.literal('SubjectDeparted'), subject: SubjectRef, org: OrgRef, at: Instant }),
]);
export type SubjectFact = z.infer<typeof SubjectFact>;
/** Values of `identity.memberships.v1` (key orgRef). */
export const MembershipFact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('MemberJoined'), org: OrgRef, member: MemberRef, role: Role, at: Instant }),
  z.object({ type: z.literal('MemberDeparted'), org: OrgRef, member: MemberRef, at: Instant }),
]);
export type MembershipFact = z.infer<typeof MembershipFact>;
