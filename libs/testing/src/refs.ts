import { randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** A fresh opaque reference of any brand: `newRef(SubjectRef)`. */
export const newRef = <T extends z.ZodType>(schema: T): z.infer<T> =>
  schema.parse(randomBytes(16).toString('base64url'));
