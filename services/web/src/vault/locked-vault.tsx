import { IconLock } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../api/client.js';
import { ProblemNote } from '../kit/problem-note.js';

/** Where activity would be while this browser holds nothing that opens it (423). */
export function LockedVault() {
  const cache = useQueryClient();
  const [password, setPassword] = useState('');
  const unlock = useMutation({
    mutationFn: () => api('POST', '/v1/me/vault/unlock', { body: { password } }),
    onSuccess: () => cache.invalidateQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlock.mutate();
  };
  return (
    <form className="locked col g12" onSubmit={submit}>
      <h2>
        <IconLock aria-hidden /> Your activity is locked in this browser
      </h2>
      <p className="t2">It opens with your password or your recovery code. Time sheets are not in the vault.</p>
      <label className="col g4">
        <span className="lbl">Password</span>
        <input
          className="field"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
      </label>
      <ProblemNote error={unlock.error} />
      <button type="submit" className="btn pri" disabled={unlock.isPending}>
        Open
      </button>
    </form>
  );
}
