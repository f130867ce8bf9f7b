import { type FormEvent, useState } from 'react';
import { PasswordField } from '../kit/password-field.js';
import { TextField } from '../kit/text-field.js';
import { unlockText, useUnlock } from './vault.js';

/** Opens with the password. */
export function UnlockWithPassword() {
  const [password, setPassword] = useState('');
  const unlock = useUnlock();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlock.mutate({ password });
  };
  return (
    <form className="col g12" onSubmit={submit}>
      <PasswordField label="Password" value={password} onChange={(event) => setPassword(event.target.value)} />
      {unlock.error && <Refused text={unlockText(unlock.error)} />}
      <button type="submit" className="btn pri" disabled={unlock.isPending}>
        Open
      </button>
    </form>
  );
}

/** Opens with the recovery code; with the password beside it, that opens from then on, too. */
export function UnlockWithCode({ onOpened }: { onOpened?: () => void }) {
  const [recoveryCode, setRecoveryCode] = useState('');
  const [password, setPassword] = useState('');
  const unlock = useUnlock();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlock.mutate({ recoveryCode, password }, { onSuccess: onOpened });
  };
  return (
    <form className="col g12" onSubmit={submit}>
      <TextField
        label="Recovery code"
        className="mono code-field"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={64}
        required
        value={recoveryCode}
        onChange={(event) => setRecoveryCode(event.target.value)}
      />
      <PasswordField
        label="Your current password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {unlock.error && <Refused text={unlockText(unlock.error)} />}
      <button type="submit" className="btn pri" disabled={unlock.isPending}>
        Open with the code
      </button>
      <p className="s t2">From then on this password opens it too.</p>
    </form>
  );
}

export const Refused = ({ text }: { text: string }) => (
  <p className="note bad" role="alert">
    {text}
  </p>
);
