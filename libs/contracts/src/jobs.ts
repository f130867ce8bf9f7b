/** Work that comes due, and the one service that asks for it and does it. */
export const JOBS = {
  /** Makes a new epoch key and destroys the old one, once everything that was ordered is deleted. */
  'privacy.rotation': 'privacy',
  /** Forgets what has expired and closes cases whose last copies are gone. */
  'privacy.sweep': 'privacy',
  /** Removes sessions, codes, devices and letters that open nothing any more. */
  'identity.expired-rows': 'identity',
} as const satisfies Record<string, string>;

export type JobName = keyof typeof JOBS;
export type JobOwner = (typeof JOBS)[JobName];
export type JobsOf<Owner extends JobOwner> = {
  [Name in JobName]: (typeof JOBS)[Name] extends Owner ? Name : never;
}[JobName];
