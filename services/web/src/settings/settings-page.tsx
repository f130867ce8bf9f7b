import './settings.css';
import { useDocumentTitle } from '@mantine/hooks';
import { useMe } from '../me/me.js';
import { signOut } from '../sign-in/session.js';
import { LockedVault } from '../vault/locked-vault.js';
import { ColleagueSection } from './colleague-section.js';
import { ComputersSection } from './computers-section.js';
import { LooksSection } from './looks-section.js';
import { PasswordSection } from './password-section.js';
import { RecoverySection } from './recovery-section.js';
import { SessionsSection } from './sessions-section.js';
import { YouSection } from './you-section.js';

export function SettingsPage() {
  useDocumentTitle('Settings · Daybook');
  const me = useMe();
  return (
    <>
      <header className="head">
        <h1>Settings</h1>
        <span className="grow" />
        <button type="button" className="btn" onClick={() => void signOut()}>
          Sign out
        </button>
      </header>
      <div className="pagebody settings">
        {me.vault === 'locked' && <LockedVault />}
        <YouSection />
        <LooksSection />
        <PasswordSection />
        <RecoverySection />
        <ComputersSection />
        <SessionsSection />
        {me.role === 'owner' && <ColleagueSection />}
      </div>
    </>
  );
}
