import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { PasswordField } from '../kit/password-field.js';
import { Refused } from './unlock-form.js';
import { unlockText, useUnlock } from './vault.js';

/** Asks whether to go on without what was remembered so far. */
export function askForNewVault(): void {
  const id = modals.open({
    title: 'Go on with a new vault',
    children: <StartNewVault close={() => modals.close(id)} />,
  });
}

function StartNewVault({ close }: { close: () => void }) {
  const [password, setPassword] = useState('');
  const unlock = useUnlock();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlock.mutate({ password, startNew: true }, { onSuccess: close });
  };
  return (
    <form className="col g12" onSubmit={submit}>
      <ul className="plain-list">
        <li>
          What was remembered so far, and your rules, stay locked. Nobody can open them without the old code: not you,
          not whoever runs this Daybook.
        </li>
        <li>
          They are deleted when their time is up, as always. If you find the old code before then, enter it in Settings
          and they open again.
        </li>
        <li>New days go into a new vault with a new recovery code.</li>
        <li>Time entries, projects and weeks are not in the vault. They stay as they are.</li>
      </ul>
      <PasswordField
        label="Your current password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {unlock.error && <Refused text={unlockText(unlock.error)} />}
      <div className="row wrap">
        <button type="button" className="btn" onClick={close}>
          Keep it locked for now
        </button>
        <button type="submit" className="btn pri" disabled={unlock.isPending}>
          Begin a new vault
        </button>
      </div>
    </form>
  );
}
