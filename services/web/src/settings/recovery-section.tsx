import { type FormEvent, useState } from 'react';
import { PasswordField } from '../kit/password-field.js';
import { toast } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { Refused, UnlockWithCode } from '../vault/unlock-form.js';
import { unlockText, useNewRecoveryCode } from '../vault/vault.js';
import { Section } from './section.js';

export function RecoverySection() {
  const { steps, vault } = useMe();
  const [password, setPassword] = useState('');
  const [older, setOlder] = useState(false);
  const renew = useNewRecoveryCode();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    renew.mutate(password, { onSuccess: () => setPassword('') });
  };
  return (
    <Section
      id="recovery-code"
      title="Recovery code"
      about={
        steps.recoveryCodeSaved
          ? 'You said that you keep it. A new one makes the old one worthless.'
          : 'You have not said that you keep it. If it is lost, get a new one.'
      }
    >
      <form className="col g12" onSubmit={submit}>
        <PasswordField
          label="Your password, for a new code"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {renew.error && <Refused text={unlockText(renew.error)} />}
        <button type="submit" className="btn start" disabled={renew.isPending}>
          Get a new recovery code
        </button>
      </form>
      {vault === 'open' && (
        <details open={older} onToggle={(event) => setOlder(event.currentTarget.open)}>
          <summary>I found an older code</summary>
          <p className="s t2 under">After going on with a new vault, the old code opens the earlier days again.</p>
          {older && (
            <UnlockWithCode
              onOpened={() => {
                setOlder(false);
                toast('Opened. Earlier days are back.');
              }}
            />
          )}
        </details>
      )}
    </Section>
  );
}
