import { z } from 'zod';

/** A synchronous call between two services: both sides read its shape here. Bytes travel as base64url, moments as RFC 3339. */
export interface InternalCall<Question extends z.ZodType, Answer extends z.ZodType> {
  path: `/internal/${string}`;
  /** No answer by then: the caller refuses with 503. */
  timeoutMs: number;
  /** Doing it twice is doing it once, so it may be sent again when a connection breaks. */
  repeatable: boolean;
  question: Question;
  answer: Answer;
}
export const internalCall = <Question extends z.ZodType, Answer extends z.ZodType>(
  path: `/internal/${string}`,
  { timeoutMs, repeatable }: { timeoutMs: number; repeatable: boolean },
  question: Question,
  answer: Answer,
): InternalCall<Question, Answer> => ({ path, timeoutMs, repeatable, question, answer });

export const Bytes = z.codec(
  z.base64url(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  { decode: (text) => z.util.base64urlToUint8Array(text), encode: (bytes) => z.util.uint8ArrayToBase64url(bytes) },
);
export const Moment = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
