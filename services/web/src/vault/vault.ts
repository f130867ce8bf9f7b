import type { VaultUnlock, VaultUnlocked, Welcomed } from '@daybook/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, isProblem } from '../api/client.js';
import { problemText } from '../kit/problem-note.js';
import { showRecoveryCode } from './show-recovery-code.js';

type Unlock = z.input<typeof VaultUnlock>;

/** Opens the vault in this browser; everything on screen is read again. A new vault first shows its recovery code. */
export function useUnlock() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (unlock: Unlock) =>
      api<z.output<typeof VaultUnlocked>>('POST', '/v1/me/vault/unlock', { body: unlock }),
    onSuccess: ({ recoveryCode }) => {
      if (recoveryCode) void showRecoveryCode(recoveryCode).then(() => cache.invalidateQueries());
      else void cache.invalidateQueries();
    },
  });
}

export function useNewRecoveryCode() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (password: string) =>
      api<z.output<typeof Welcomed>>('POST', '/v1/me/vault/recovery-code', { body: { password } }),
    onSuccess: ({ recoveryCode }) => void showRecoveryCode(recoveryCode).then(() => cache.invalidateQueries()),
  });
}

/** Why the vault stayed closed, in the server's words: only it knows which of the two did not fit. */
export function unlockText(error: unknown): string {
  if (isProblem(error, 'vault_opens')) return 'Your password opens your vault already. Open it with the password.';
  if (isProblem(error, 'unlock_refused') && error.detail) return `${error.title}: ${error.detail}.`;
  return problemText(error);
}
