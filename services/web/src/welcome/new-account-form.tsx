import type { Welcomed } from '@daybook/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { z } from 'zod';
import { api, isProblem } from '../api/client.js';
import { queryClient } from '../api/query-client.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { PasswordField, SHORTEST_PASSWORD } from '../kit/password-field.js';
import { ProblemNote } from '../kit/problem-note.js';
import { TextField } from '../kit/text-field.js';
import { TimeZoneSelect } from '../time/time-zone-select.js';
import { browserZone } from '../time/time-zones.js';

export function NewAccountForm({ code, onMade }: { code: string; onMade: (recoveryCode: string) => void }) {
  const [account, setAccount] = useState({ name: '', email: '', password: '', timeZone: browserZone() });
  const set = (field: keyof typeof account) => (event: { target: { value: string } }) =>
    setAccount((before) => ({ ...before, [field]: event.target.value }));
  const make = useMutation({
    mutationFn: () =>
      api<z.output<typeof Welcomed>>('POST', '/v1/welcome', {
        body: { ...account, email: account.email.trim(), code },
      }),
    onSuccess: ({ recoveryCode }) => {
      queryClient.clear();
      onMade(recoveryCode);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const said = isProblem(make.error) ? make.error : undefined;
  return (
    <form className="form" onSubmit={submit}>
      <h1 id="way-in">Make your account</h1>
      <TextField
        label="Name"
        autoComplete="name"
        required
        maxLength={120}
        ref={focusOnShow}
        value={account.name}
        onChange={set('name')}
        error={said?.of('name')}
      />
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        hint="To sign in, and for a letter if you forget your password."
        value={account.email}
        onChange={set('email')}
        error={said?.of('email')}
      />
      <PasswordField
        label="Password"
        fresh
        minLength={SHORTEST_PASSWORD}
        value={account.password}
        onChange={set('password')}
        error={said?.of('password')}
      />
      <TimeZoneSelect
        value={account.timeZone}
        onChange={(timeZone) => setAccount((before) => ({ ...before, timeZone }))}
        hint="Your days begin and end at midnight there."
        error={said?.of('timeZone')}
      />
      <Refusal error={make.error} />
      <button type="submit" className="btn pri lg" disabled={make.isPending}>
        Make the account
      </button>
      <p className="s t3">Nothing is remembered yet. Every source is off until you turn it on.</p>
    </form>
  );
}

function Refusal({ error }: { error: unknown }) {
  if (isProblem(error, 'welcome_code_invalid'))
    return (
      <div className="note bad" role="alert">
        <p>
          This link was used, has expired, or was made for another e-mail address. Ask whoever invited you for a new
          one. Before the first account, starting Daybook again prints one.
        </p>
      </div>
    );
  if (isProblem(error, 'account_exists'))
    return (
      <div className="note bad" role="alert">
        <p>
          There is an account with this e-mail address. <Link to="/sign-in">Sign in</Link>, or use another address.
        </p>
      </div>
    );
  // What belongs to one field stands there.
  if (isProblem(error) && error.errors?.length) return null;
  return <ProblemNote error={error} />;
}
