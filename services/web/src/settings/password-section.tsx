import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, isProblem } from '../api/client.js';
import { PasswordField, SHORTEST_PASSWORD } from '../kit/password-field.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast } from '../kit/toast.js';
import { Section } from './section.js';

const EMPTY = { currentPassword: '', newPassword: '' };

export function PasswordSection() {
  const cache = useQueryClient();
  const [fields, setFields] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => api('POST', '/api/auth/change-password', { body: { ...fields, revokeOtherSessions: true } }),
    onSuccess: () => {
      setFields(EMPTY);
      toast('Password changed. Other browsers are signed out.');
      return cache.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const wrong = isProblem(change.error, 'invalid_password');
  return (
    <Section
      id="password"
      title="Password"
      about="What was remembered stays open, the recovery code stays the same, and other browsers are signed out."
    >
      <form className="col g12" onSubmit={submit}>
        <PasswordField
          label="Current password"
          value={fields.currentPassword}
          error={wrong ? 'This is not your current password.' : undefined}
          onChange={(event) => setFields({ ...fields, currentPassword: event.target.value })}
        />
        <PasswordField
          label="New password"
          fresh
          minLength={SHORTEST_PASSWORD}
          value={fields.newPassword}
          onChange={(event) => setFields({ ...fields, newPassword: event.target.value })}
        />
        <ProblemNote error={wrong ? undefined : change.error} />
        <button type="submit" className="btn start" disabled={change.isPending}>
          Change the password
        </button>
      </form>
    </Section>
  );
}
