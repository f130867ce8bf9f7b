import type { InternalCall } from '@daybook/contracts';
import { z } from 'zod';
import type { PeerClient } from './peer-client.js';

/** The answer of another service to one of the calls in contracts. Throws what {@link PeerClient.call} throws. */
export async function askPeer<Question extends z.ZodType, Answer extends z.ZodType>(
  peer: PeerClient,
  { path, timeoutMs, repeatable, question, answer }: InternalCall<Question, Answer>,
  asked: z.output<Question>,
): Promise<z.output<Answer>> {
  return answer.parse(await peer.call(path, z.encode(question, asked), timeoutMs, repeatable));
}
