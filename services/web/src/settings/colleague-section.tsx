import type { Invitation } from '@daybook/contracts';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { z } from 'zod';
import { api, isProblem } from '../api/client.js';
import { Copyable } from '../kit/copyable.js';
import { ProblemNote } from '../kit/problem-note.js';
import { TextField } from '../kit/text-field.js';
import { useMe } from '../me/me.js';
import { moment } from '../time/format.js';
import { Section } from './section.js';

/** Owners invite; what a colleague's Daybook remembers is the colleague's alone. */
export function ColleagueSection() {
  const { timeZone } = useMe();
  const [email, setEmail] = useState('');
  const invite = useMutation({
    mutationFn: () => api<z.output<typeof Invitation>>('POST', '/v1/invitations', { body: { email: email.trim() } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  const said = isProblem(invite.error) ? invite.error.of('email') : undefined;
  return (
    <Section
      id="colleague"
      title="Invite a colleague"
      about="They get their own account. You will never see what it remembers: there is no such role."
    >
      <form className="row with-button" onSubmit={submit}>
        <div className="grow">
          <TextField
            label="Their e-mail"
            type="email"
            autoComplete="off"
            required
            maxLength={254}
            value={email}
            error={said}
            onChange={(event) => {
              setEmail(event.target.value);
              invite.reset();
            }}
          />
        </div>
        <button type="submit" className="btn" disabled={invite.isPending}>
          Make a link
        </button>
      </form>
      <ProblemNote error={said ? undefined : invite.error} />
      <div role="status">
        {invite.data && (
          <>
            <p className="s t2 hint">
              For {email.trim()}, once, until {moment(invite.data.expiresAt, timeZone)}. Hand it over yourself: Daybook
              sends no mail about it.
            </p>
            <Copyable text={invite.data.link} what="the invitation" />
          </>
        )}
      </div>
    </Section>
  );
}
