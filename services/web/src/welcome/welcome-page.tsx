import { useDocumentTitle } from '@mantine/hooks';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { focusOnShow } from '../kit/focus-on-show.js';
import { CLAIM, SAYINGS } from '../sign-in/sayings.js';
import { TwoViews } from '../sign-in/two-views.js';
import { WayIn } from '../sign-in/way-in.js';
import { RecoveryCode } from '../vault/recovery-code.js';
import { NewAccountForm } from './new-account-form.js';
import { codeIn } from './welcome-code.js';

/** Where a one-time link leads, the first one and invitations: an account, then its recovery code. */
export function WelcomePage() {
  useDocumentTitle('Welcome · Daybook');
  const navigate = useNavigate();
  const inAddress = codeIn(useLocation().hash);
  const [code, setCode] = useState(inAddress);
  const [recoveryCode, setRecoveryCode] = useState<string>();
  useEffect(() => {
    if (!inAddress) return;
    // Kept in memory alone: in the address bar it would stay in the browser's history.
    setCode(inAddress);
    void navigate({ to: '/welcome', hash: '', replace: true });
  }, [inAddress, navigate]);

  if (recoveryCode)
    return (
      <WayIn title={CLAIM} sayings={SAYINGS} doFirst>
        <div className="form wide">
          <h1 id="way-in" tabIndex={-1} ref={focusOnShow}>
            Your recovery code
          </h1>
          <RecoveryCode code={recoveryCode} onKept={() => void navigate({ to: '/first-steps' })} />
        </div>
      </WayIn>
    );
  return (
    <WayIn title={CLAIM} sayings={SAYINGS} below={<TwoViews />} doFirst>
      {code ? <NewAccountForm code={code} onMade={setRecoveryCode} /> : <NoCode />}
    </WayIn>
  );
}

function NoCode() {
  return (
    <div className="form">
      <h1 id="way-in">This page opens with a one-time link</h1>
      <p className="t2">
        Daybook prints one when it starts and nobody has an account yet. Later an owner invites. A link works once, so
        this page forgets it when it is loaded again: open the link once more.
      </p>
      <Link className="btn lg" to="/sign-in">
        I have an account
      </Link>
    </div>
  );
}
