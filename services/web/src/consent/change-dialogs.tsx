import type { Consent } from '@daybook/contracts';
import { keptFrom } from '@daybook/timekeeping';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../kit/dialog.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { shortDate, todayIn } from '../time/format.js';
import type { AgentSource } from './consent-text.js';
import { useChangeConsents } from './consents.js';
import { CommandList } from './next-step.js';
import { PastField, startOf, withinKept } from './past-field.js';
import { scheduleTrouble, scheduleWords, WORKING_HOURS } from './schedule.js';
import { ScheduleFields } from './schedule-fields.js';
import { SOURCE_WORDS } from './source-words.js';

interface ChangeProps {
  source: AgentSource;
  consent: Consent;
  opened: boolean;
  onClose: () => void;
}

/** Days and hours of a source that is on; without any, it is remembered at all times. */
export function HoursDialog(props: ChangeProps) {
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title={`Hours of ${SOURCE_WORDS[props.source].name}`}>
      <Hours {...props} />
    </Dialog>
  );
}

function Hours({ source, consent, onClose }: ChangeProps) {
  const { timeZone } = useMe();
  const change = useChangeConsents();
  const [limited, setLimited] = useState(consent.schedule !== undefined);
  const [hours, setHours] = useState(consent.schedule ?? WORKING_HOURS);
  const wrong = limited && scheduleTrouble(hours) !== undefined;
  const keep = () =>
    change.mutate([{ source, change: { state: 'on', schedule: limited ? hours : null } }], {
      onSuccess: () => {
        onClose();
        toast(limited ? scheduleWords(hours) : 'At all times');
      },
    });
  return (
    <ChangeForm keep={keep} label="Keep these hours" wrong={wrong} change={change} onClose={onClose}>
      <fieldset className="choices">
        <legend className="vh">When</legend>
        <label className="choice">
          <input type="radio" name="when" checked={!limited} onChange={() => setLimited(false)} />
          <span>At all times</span>
        </label>
        <label className="choice">
          <input type="radio" name="when" checked={limited} onChange={() => setLimited(true)} />
          <span>Only on these days and hours</span>
        </label>
        {limited && <ScheduleFields value={hours} onChange={setHours} timeZone={timeZone} />}
      </fieldset>
      <p className="s t2">From now on. Outside these hours your computer sends nothing and the server takes nothing.</p>
    </ChangeForm>
  );
}

/** Consent to more of the past, for a source that is on. */
export function PastDialog(props: ChangeProps) {
  return (
    <Dialog opened={props.opened} onClose={props.onClose} title="Also what your computer already knows">
      <Past {...props} />
    </Dialog>
  );
}

function Past({ source, consent, onClose }: ChangeProps) {
  const { timeZone } = useMe();
  const change = useChangeConsents();
  const today = todayIn(timeZone);
  const kept = keptFrom(today);
  const [day, setDay] = useState(kept);
  const keep = () =>
    change.mutate([{ source, change: { state: 'on', includesPastSince: startOf(day, timeZone) } }], {
      onSuccess: () => {
        onClose();
        toast(`Agreed back to ${shortDate(day)}`);
      },
    });
  return (
    <ChangeForm
      keep={keep}
      label="Agree to the past"
      wrong={!withinKept(day, kept, today)}
      change={change}
      onClose={onClose}
    >
      <PastField value={day} onChange={setDay} keptFrom={kept} today={today} />
      <p className="s t2">
        Everything since that day until now, also what was saved or read while {SOURCE_WORDS[source].name} was off,
        paused or outside your hours.
        {consent.includesPastSince &&
          ` You agreed back to ${shortDate(todayIn(timeZone, new Date(consent.includesPastSince)))} already.`}
      </p>
      <p className="s t2">Nothing is sent by itself. Afterwards, on your computer:</p>
      <CommandList lines={[`npx daybook-agent import --since ${day || kept}`]} />
    </ChangeForm>
  );
}

function ChangeForm({
  keep,
  label,
  wrong,
  change,
  onClose,
  children,
}: {
  keep: () => void;
  label: string;
  wrong: boolean;
  change: { error: unknown; isPending: boolean };
  onClose: () => void;
  children: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong && !change.isPending) keep();
  };
  return (
    <form className="col g16" onSubmit={submit}>
      {children}
      <ProblemNote error={change.error} />
      <footer className="row answer">
        <span className="grow" />
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn pri" disabled={wrong}>
          {label}
        </button>
      </footer>
    </form>
  );
}
