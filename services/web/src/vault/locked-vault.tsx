import './vault.css';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { askForNewVault } from './start-new-vault.js';
import { UnlockWithCode, UnlockWithPassword } from './unlock-form.js';

/** Where activity would be while this browser holds nothing that opens it (423). */
export function LockedVault() {
  const [withCode, setWithCode] = useState(false);
  return (
    <section className="locked col g12" aria-labelledby="locked">
      <h2 id="locked" className="row">
        <IconLock className="s20" aria-hidden /> Your activity is locked in this browser
      </h2>
      <p className="t2">
        {withCode
          ? 'After a password reset the recovery code opens what was remembered before.'
          : 'It opens with your password. After a password reset it opens with your recovery code.'}{' '}
        Time entries are not in the vault: they work as always.
      </p>
      {withCode ? <UnlockWithCode /> : <UnlockWithPassword />}
      <div className="row wrap">
        <button type="button" className="btn sm" onClick={() => setWithCode(!withCode)}>
          {withCode ? 'Use the password alone' : 'Use the recovery code'}
        </button>
        {withCode && (
          <button type="button" className="btn sm" onClick={askForNewVault}>
            I have lost the code
          </button>
        )}
      </div>
    </section>
  );
}
