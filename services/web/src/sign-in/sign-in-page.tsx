import { useDocumentTitle } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { isProblem } from '../api/client.js';
import { queryClient } from '../api/query-client.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { PasswordField } from '../kit/password-field.js';
import { ProblemNote } from '../kit/problem-note.js';
import { TextField } from '../kit/text-field.js';
import { safeNext } from './safe-next.js';
import { CLAIM, SAYINGS } from './sayings.js';
import { isSignedIn, signIn } from './session.js';
import { TwoViews } from './two-views.js';
import { WayIn } from './way-in.js';

export function SignInPage() {
  useDocumentTitle('Sign in · Daybook');
  const { history } = useRouter();
  const next = safeNext(useSearch({ from: '/sign-in' }).next);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  useEffect(() => {
    void isSignedIn().then((already) => already && history.replace(next));
  }, [history, next]);

  const enter = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: () => {
      queryClient.clear();
      history.replace(next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  const wrong = isProblem(enter.error, 'invalid_email_or_password', 'invalid_email');
  return (
    <WayIn title={CLAIM} sayings={SAYINGS} below={<TwoViews />}>
      <form className="form" onSubmit={submit}>
        <h1 id="way-in">Sign in</h1>
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          ref={focusOnShow}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField
          label="Password"
          aside={<Link to="/forgot-password">Forgot it</Link>}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {wrong ? (
          <p className="note bad" role="alert">
            That e-mail address and password do not belong together.
          </p>
        ) : (
          <ProblemNote error={enter.error} />
        )}
        <button type="submit" className="btn pri lg" disabled={enter.isPending}>
          Sign in
        </button>
        <p className="s t3">
          Nobody signs up here. You get in with the one-time link that Daybook printed when it started, or with an
          invitation.
        </p>
      </form>
    </WayIn>
  );
}
