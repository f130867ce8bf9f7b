import { queryOptions } from '@tanstack/react-query';
import { ApiProblem, api, isProblem } from '../api/client.js';

/** The server's answer about a code; `client_id` is there for whoever asked about the code first. */
export interface PairingRequest {
  status: 'pending' | 'approved' | 'denied';
  client_id?: string;
}

export const CODE_LENGTH = 8;
/** However it was typed or pasted: `kwtq-7mhx` is `KWTQ7MHX`. */
export const typedCode = (text: string): string =>
  text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .slice(0, CODE_LENGTH);

/** Asking binds the code to this account; allowing it is a step of its own. */
export const pairingQuery = (code: string) =>
  queryOptions({
    queryKey: ['pairing', code],
    queryFn: () => api<PairingRequest>('GET', `/api/auth/device?user_code=${code}`),
    enabled: code.length === CODE_LENGTH,
    retry: false,
    staleTime: 30_000,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

export const answerPairing = (code: string, answer: 'approve' | 'deny'): Promise<void> =>
  api('POST', `/api/auth/device/${answer}`, { body: { userCode: code } });

export type PairingState = 'found' | 'unknown' | 'expired' | 'used' | 'refused' | 'taken';

/** What became of a code; undefined while nothing is known, or for a failure that has nothing to do with the code. */
export function pairingState(request: PairingRequest | undefined, error: unknown): PairingState | undefined {
  if (isProblem(error, 'expired_token')) return 'expired';
  if (error instanceof ApiProblem && error.status === 403) return 'taken';
  if (error instanceof ApiProblem && error.status === 400) return 'unknown';
  if (error || !request) return undefined;
  if (request.status === 'approved') return 'used';
  if (request.status === 'denied') return 'refused';
  return request.client_id ? 'found' : 'taken';
}

export const PAIRING_WORDS: Record<Exclude<PairingState, 'found'>, string> = {
  unknown: 'No computer waits with this code. Check each letter; a code lasts 15 minutes and works once.',
  expired: 'This code is older than 15 minutes. Let the agent show a new one: run “pair” again.',
  used: 'This code was used already. To pair another computer, run “pair” there.',
  refused: 'This code was refused. Let the agent show a new one: run “pair” again.',
  taken: 'Somebody else opened this code first. Do not use it; let the agent show a new one.',
};
