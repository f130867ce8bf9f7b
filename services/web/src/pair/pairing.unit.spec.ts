import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../api/client.js';
import { pairingState, typedCode } from './pairing.js';

describe('a pairing code', () => {
  it.each([
    ['KWTQ-7MHX', 'KWTQ7MHX'],
    ['kwtq7mhx', 'KWTQ7MHX'],
    [' code: KWTQ', 'CODEKWTQ'],
    ['KWTQ – 7MHX\n', 'KWTQ7MHX'],
    ['KWTQ-7MHX-and-more', 'KWTQ7MHX'],
    ['', ''],
  ])('typed as %j is %s', (typed, code) => {
    expect(typedCode(typed)).toBe(code);
  });

  it('is found while it waits for the person who asked about it', () => {
    expect(pairingState({ status: 'pending', client_id: 'daybook-agent' }, null)).toBe('found');
  });
  it('is not offered when somebody else asked about it first', () => {
    expect(pairingState({ status: 'pending' }, null)).toBe('taken');
    expect(pairingState(undefined, new ApiProblem(403, 'access_denied', ''))).toBe('taken');
  });
  it('says what became of it', () => {
    expect(pairingState({ status: 'approved' }, null)).toBe('used');
    expect(pairingState({ status: 'denied' }, null)).toBe('refused');
    expect(pairingState(undefined, new ApiProblem(400, 'expired_token', ''))).toBe('expired');
    expect(pairingState(undefined, new ApiProblem(400, 'invalid_request', ''))).toBe('unknown');
  });
  it('is not blamed for a server that does not answer', () => {
    expect(pairingState(undefined, new ApiProblem(0, 'offline', ''))).toBeUndefined();
    expect(pairingState(undefined, new ApiProblem(429, 'too_many_requests', ''))).toBeUndefined();
    expect(pairingState(undefined, null)).toBeUndefined();
  });
});
