import { useDocumentTitle } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '../api/client.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { ProblemNote } from '../kit/problem-note.js';
import { TextField } from '../kit/text-field.js';
import { CLAIM, SAYINGS } from './sayings.js';
import { WayIn } from './way-in.js';

/** The answer is the same whether there is such an account or not. */
export function ForgotPasswordPage() {
  useDocumentTitle('Forgot the password · Daybook');
  const [email, setEmail] = useState('');
  const asked = useMutation({
    mutationFn: () => api('POST', '/api/auth/request-password-reset', { body: { email: email.trim() } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asked.mutate();
  };
  if (asked.isSuccess)
    return (
      <WayIn title={CLAIM} sayings={SAYINGS} doFirst>
        <div className="form">
          <h1 id="way-in" tabIndex={-1} ref={focusOnShow}>
            Look into your mail
          </h1>
          <p>
            If there is an account for <span className="m">{email.trim()}</span>, a letter with a link is on its way.
            The link works once, for an hour.
          </p>
          <p className="t2">If no mail server is set up, your operator finds the letter in the data folder.</p>
          <Link className="btn lg" to="/sign-in">
            Back to the sign-in
          </Link>
        </div>
      </WayIn>
    );
  return (
    <WayIn title={CLAIM} sayings={SAYINGS} doFirst>
      <form className="form" onSubmit={submit}>
        <h1 id="way-in">Set a new password</h1>
        <p className="t2">
          Daybook sends a letter with a link. Have your recovery code at hand: it opens what you remembered before.
        </p>
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          ref={focusOnShow}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <ProblemNote error={asked.error} />
        <button type="submit" className="btn pri lg" disabled={asked.isPending}>
          Send the letter
        </button>
        <p className="s">
          <Link to="/sign-in">Back to the sign-in</Link>
        </p>
      </form>
    </WayIn>
  );
}
