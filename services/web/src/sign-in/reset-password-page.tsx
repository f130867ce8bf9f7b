import { useDocumentTitle } from '@mantine/hooks';
import { IconLock } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, isProblem } from '../api/client.js';
import { queryClient } from '../api/query-client.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { PasswordField, SHORTEST_PASSWORD } from '../kit/password-field.js';
import { ProblemNote } from '../kit/problem-note.js';
import { CLAIM, SAYINGS } from './sayings.js';
import { WayIn } from './way-in.js';

export function ResetPasswordPage() {
  useDocumentTitle('New password · Daybook');
  const { token } = useSearch({ from: '/reset-password' });
  const [done, setDone] = useState(false);
  const [gone, setGone] = useState(!token);
  return (
    <WayIn title={CLAIM} sayings={SAYINGS} doFirst>
      {done ? (
        <Done />
      ) : gone || !token ? (
        <LinkGone />
      ) : (
        <NewPassword token={token} onDone={() => setDone(true)} onGone={() => setGone(true)} />
      )}
    </WayIn>
  );
}

function NewPassword({ token, onDone, onGone }: { token: string; onDone: () => void; onGone: () => void }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const reset = useMutation({
    mutationFn: () => api('POST', '/api/auth/reset-password', { body: { token, newPassword: password } }),
    onSuccess: () => {
      queryClient.clear();
      onDone();
    },
    onError: (error) => isProblem(error, 'invalid_token') && onGone(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffers(password !== again);
    if (password === again) reset.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <h1 id="way-in">Set a new password</h1>
      <PasswordField
        label="New password"
        fresh
        minLength={SHORTEST_PASSWORD}
        ref={focusOnShow}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <PasswordField
        label="New password, again"
        autoComplete="new-password"
        value={again}
        error={differs ? 'This is not the same as above.' : undefined}
        onChange={(event) => {
          setAgain(event.target.value);
          setDiffers(false);
        }}
      />
      <div className="note warn">
        <IconLock aria-hidden />
        <p className="s">
          A new password alone opens nothing that was remembered: that stays locked until you enter your recovery code.
          You are signed out everywhere, and computers are paired again.
        </p>
      </div>
      <ProblemNote error={reset.error} />
      <button type="submit" className="btn pri lg" disabled={reset.isPending}>
        Set the password
      </button>
    </form>
  );
}

function Done() {
  return (
    <div className="form">
      <h1 id="way-in" tabIndex={-1} ref={focusOnShow}>
        Your new password counts
      </h1>
      <p className="t2">Sign in with it. Then enter your recovery code to open what was remembered before.</p>
      <Link className="btn pri lg" to="/sign-in" search={{ next: '/settings' }}>
        Sign in
      </Link>
    </div>
  );
}

function LinkGone() {
  return (
    <div className="form">
      <h1 id="way-in" tabIndex={-1} ref={focusOnShow}>
        This link does not work any more
      </h1>
      <p className="t2">
        It was used, it is older than an hour, or a part of it is missing. Your password is as it was.
      </p>
      <Link className="btn pri lg" to="/forgot-password">
        Send a new letter
      </Link>
      <p className="s">
        <Link to="/sign-in">Back to the sign-in</Link>
      </p>
    </div>
  );
}
