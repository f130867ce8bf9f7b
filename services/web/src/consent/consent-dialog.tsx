import './question.css';
import { CONSENT_TEXT_VERSION, type Consent } from '@daybook/contracts';
import { keptFrom } from '@daybook/timekeeping';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../kit/dialog.js';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { shortDate, todayIn } from '../time/format.js';
import { ConsentFacts } from './consent-facts.js';
import type { AgentSource } from './consent-text.js';
import { useChangeConsents } from './consents.js';
import { NextStep } from './next-step.js';
import { PastField, startOf, withinKept } from './past-field.js';
import { scheduleTrouble, WORKING_HOURS } from './schedule.js';
import { ScheduleFields } from './schedule-fields.js';
import { SOURCE_WORDS } from './source-words.js';

/** The only way a source is switched on: everything about it first, nothing ticked, off and on weigh the same (P5). */
export function ConsentDialog({
  source,
  opened,
  onClose,
}: {
  source: AgentSource;
  opened: boolean;
  onClose: () => void;
}) {
  const [agreed, setAgreed] = useState<Consent>();
  const { name, icon: Icon } = SOURCE_WORDS[source];
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      onClosed={() => setAgreed(undefined)}
      size={720}
      title={
        <>
          <Icon className="s24" aria-hidden />
          {agreed ? `${name}: on` : `Switch on ${name}?`}
        </>
      }
    >
      {agreed ? (
        <NextStep consent={agreed} source={source} onClose={onClose} />
      ) : (
        <Question source={source} onAgreed={setAgreed} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Question({
  source,
  onAgreed,
  onClose,
}: {
  source: AgentSource;
  onAgreed: (consent: Consent) => void;
  onClose: () => void;
}) {
  const { timeZone } = useMe();
  const change = useChangeConsents();
  const today = todayIn(timeZone);
  const kept = keptFrom(today);
  const [withPast, setWithPast] = useState(false);
  const [past, setPast] = useState(kept);
  const [withHours, setWithHours] = useState(false);
  const [hours, setHours] = useState(WORKING_HOURS);
  const wrong = (withHours && scheduleTrouble(hours) !== undefined) || (withPast && !withinKept(past, kept, today));

  const agree = (event: FormEvent) => {
    event.preventDefault();
    if (wrong || change.isPending) return;
    const wish = {
      state: 'on' as const,
      version: CONSENT_TEXT_VERSION,
      ...(withHours && { schedule: hours }),
      ...(withPast && { includesPastSince: startOf(past, timeZone) }),
    };
    change.mutate([{ source, change: wish }], { onSuccess: ([consent]) => consent && onAgreed(consent) });
  };
  return (
    <form className="col g16 question" onSubmit={agree}>
      <ConsentFacts source={source} />
      <fieldset className="choices">
        <legend className="lbl">If you like</legend>
        <label className="choice">
          <input type="checkbox" checked={withHours} onChange={(event) => setWithHours(event.target.checked)} />
          <span>Only on certain days and hours</span>
        </label>
        {withHours && <ScheduleFields value={hours} onChange={setHours} timeZone={timeZone} />}
        <label className="choice">
          <input type="checkbox" checked={withPast} onChange={(event) => setWithPast(event.target.checked)} />
          <span>Also what your computer already knows</span>
        </label>
        {withPast && (
          <div className="col g4">
            <PastField value={past} onChange={setPast} keptFrom={kept} today={today} />
            <p className="s t2">Not before {shortDate(kept)}: anything older would be deleted at once.</p>
          </div>
        )}
      </fieldset>
      <ProblemNote error={change.error} />
      <footer className="row wrap answer">
        <span className="s t2 grow">Version {CONSENT_TEXT_VERSION} of this text. You get a receipt.</span>
        <button type="button" className="btn eq" onClick={onClose}>
          Leave it off
        </button>
        <button type="submit" className="btn eq" disabled={wrong}>
          Switch it on
        </button>
      </footer>
    </form>
  );
}
