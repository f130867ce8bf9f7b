import { z } from 'zod';

/**
 * Opaque random references: 128 bits, base64url, 22 characters. They name things on topics, in keys and in logs,
 * where names and e-mails never appear.
 */
const OPAQUE = /^[A-Za-z0-9_-]{22}$/;
const ref = <Brand extends string>(brand: Brand) =>
  z
    .string()
    .regex(OPAQUE, `a ${brand} is 22 base64url characters`)
    .brand<Brand>()
    .meta({ example: 'Zm9vYmFyYmF6cXV4MTIzNA' });

/** A person, towards timeline, ingestion and privacy. Never together with a {@link MemberRef} in one token. */
export const SubjectRef = ref('SubjectRef');
export type SubjectRef = z.infer<typeof SubjectRef>;
/** A membership, towards timesheets and reporting. Identity alone holds the map person ↔ member. */
export const MemberRef = ref('MemberRef');
export type MemberRef = z.infer<typeof MemberRef>;
export const OrgRef = ref('OrgRef');
export type OrgRef = z.infer<typeof OrgRef>;
export const SessionRef = ref('SessionRef');
export type SessionRef = z.infer<typeof SessionRef>;
export const DeviceRef = ref('DeviceRef');
export type DeviceRef = z.infer<typeof DeviceRef>;
/** Random reference of one membership × one source; replaced at every erasure that covers it. A retired one is a permanent fence. */
export const Alias = ref('Alias');
export type Alias = z.infer<typeof Alias>;
/** A bucket's key pair: alias × expiry × vault. */
export const KeyId = ref('KeyId');
export type KeyId = z.infer<typeof KeyId>;
/** The stored batch's id: MAC(ingestion's key, alias ‖ client's batchId ‖ day ‖ chunk ‖ ids of its events), truncated to 128 bits. */
export const BatchId = ref('BatchId');
export type BatchId = z.infer<typeof BatchId>;
export const VaultRef = ref('VaultRef');
export type VaultRef = z.infer<typeof VaultRef>;
export const FactorRef = ref('FactorRef');
export type FactorRef = z.infer<typeof FactorRef>;
export const CaseRef = ref('CaseRef');
export type CaseRef = z.infer<typeof CaseRef>;
export const ClientRef = ref('ClientRef');
export type ClientRef = z.infer<typeof ClientRef>;
export const ProjectRef = ref('ProjectRef');
export type ProjectRef = z.infer<typeof ProjectRef>;
export const TaskRef = ref('TaskRef');
export type TaskRef = z.infer<typeof TaskRef>;
export const TagRef = ref('TagRef');
export type TagRef = z.infer<typeof TagRef>;
export const EntryRef = ref('EntryRef');
export type EntryRef = z.infer<typeof EntryRef>;
export const RuleRef = ref('RuleRef');
export type RuleRef = z.infer<typeof RuleRef>;
/** Keyed MAC of the draft's event ids, so that the same block keeps its id and the id tells nothing. */
export const DraftRef = ref('DraftRef');
export type DraftRef = z.infer<typeof DraftRef>;
