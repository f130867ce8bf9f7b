import type { TimeZone } from '@daybook/contracts';
import { type FormEvent, useState } from 'react';
import { isProblem } from '../api/client.js';
import { ProblemNote } from '../kit/problem-note.js';
import { TextField } from '../kit/text-field.js';
import { toast } from '../kit/toast.js';
import { useChangeMe, useMe } from '../me/me.js';
import { TimeZoneSelect } from '../time/time-zone-select.js';
import { Section } from './section.js';

export function YouSection() {
  const me = useMe();
  const [name, setName] = useState(me.name);
  const rename = useChangeMe();
  const move = useChangeMe();
  const save = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ name }, { onSuccess: () => toast('Name saved') });
  };
  const choose = (timeZone: string) =>
    move.mutate(
      { timeZone: timeZone as TimeZone },
      { onSuccess: () => toast(`Your days now begin at midnight in ${timeZone.replaceAll('_', ' ')}`) },
    );
  return (
    <Section id="you" title="You" about={me.email}>
      <form className="row with-button" onSubmit={save}>
        <div className="grow">
          <TextField
            label="Name"
            autoComplete="name"
            required
            maxLength={120}
            value={name}
            error={isProblem(rename.error) ? rename.error.of('name') : undefined}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <button type="submit" className="btn" disabled={rename.isPending || name.trim() === me.name}>
          Save the name
        </button>
      </form>
      <ProblemNote error={isProblem(rename.error) && rename.error.errors?.length ? undefined : rename.error} />
      <TimeZoneSelect
        value={me.timeZone}
        onChange={choose}
        hint="Days begin and end at midnight there. A change counts from now on: days that have passed keep the zone they had."
      />
      <ProblemNote error={move.error} />
    </Section>
  );
}
