import '../consent/question.css';
import './erase.css';
import type { Day, ErasureRequest } from '@daybook/contracts';
import { keptFrom } from '@daybook/timekeeping';
import { IconCheck, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { AGENT_SOURCES, SOURCE_WORDS } from '../consent/source-words.js';
import { Dialog } from '../kit/dialog.js';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { todayIn } from '../time/format.js';
import { eraseWords, TYPED } from './erase-words.js';
import { useErase } from './erasures.js';

/** What to begin with; without it the person chooses. */
export type EraseStart = Partial<ErasureRequest>;

const SCOPES = [
  ['source', 'One source'],
  ['day', 'One day'],
  ['before', 'All days before a day'],
  ['everything', 'Everything'],
] as const;

/** Says what goes and what stays before anything is erased: there is no way back. */
export function EraseDialog({ start, onClose }: { start: EraseStart | undefined; onClose: () => void }) {
  // The form stays while the dialog goes out of sight.
  const last = useRef(start);
  if (start) last.current = start;
  return (
    <Dialog opened={start !== undefined} onClose={onClose} title="Erase activity">
      <EraseForm start={last.current ?? {}} onClose={onClose} />
    </Dialog>
  );
}

function EraseForm({ start, onClose }: { start: EraseStart; onClose: () => void }) {
  const { timeZone } = useMe();
  const navigate = useNavigate();
  const erase = useErase();
  const today = todayIn(timeZone);
  const [scope, setScope] = useState(start.scope);
  const [source, setSource] = useState(start.source);
  const [day, setDay] = useState<Day | ''>(start.day ?? start.before ?? '');
  const [typed, setTyped] = useState('');

  const request = whole(scope, source, day);
  const ready = request !== undefined && (scope !== 'everything' || typed.trim().toLowerCase() === TYPED);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || erase.isPending) return;
    erase.mutate(request, {
      onSuccess: ({ caseRef }) => navigate({ to: '/privacy/erasures/$caseRef', params: { caseRef } }),
    });
  };
  return (
    <form className="col g16" onSubmit={submit}>
      <fieldset className="choices">
        <legend className="lbl">What is to go</legend>
        {SCOPES.map(([value, label]) => (
          <label key={value} className="choice">
            <input type="radio" name="scope" checked={scope === value} onChange={() => setScope(value)} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      {scope === 'source' && (
        <fieldset className="choices">
          <legend className="lbl">Which source</legend>
          {AGENT_SOURCES.map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="source" checked={source === one} onChange={() => setSource(one)} />
              <span>{SOURCE_WORDS[one].name}</span>
            </label>
          ))}
        </fieldset>
      )}
      {(scope === 'day' || scope === 'before') && (
        <label className="pastday">
          <span className="lbl">{scope === 'day' ? 'Which day' : 'Before'}</span>
          <input
            className="field"
            type="date"
            required
            min={keptFrom(today)}
            max={today}
            value={day}
            onChange={(event) => setDay(event.target.value as Day)}
          />
        </label>
      )}
      {request && <GoesAndStays request={request} />}
      {scope === 'everything' && (
        <label>
          <span className="lbl">Type “{TYPED}” to go on</span>
          <input
            className="field"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
      )}
      <ProblemNote error={erase.error} />
      <footer className="row wrap answer">
        <span className="s t2 grow">No way back. You get a receipt from every store.</span>
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn dangerfill" disabled={!ready}>
          {request ? eraseWords(request).title : 'Erase'}
        </button>
      </footer>
    </form>
  );
}

function GoesAndStays({ request }: { request: ErasureRequest }) {
  const { goes, stays } = eraseWords(request);
  return (
    <div className="gostay">
      <section>
        <h3>Goes</h3>
        <ul>
          {goes.map((line) => (
            <li key={line}>
              <IconTrash className="s14" aria-hidden />
              {line}
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h3>Stays</h3>
        <ul>
          {stays.map((line) => (
            <li key={line}>
              <IconCheck className="s14" aria-hidden />
              {line}
            </li>
          ))}
        </ul>
      </section>
      <p className="s t2">
        Unreadable at once, erased from every store within a minute, gone from logs and backups within 7 days.
      </p>
    </div>
  );
}

function whole(
  scope: ErasureRequest['scope'] | undefined,
  source: ErasureRequest['source'],
  day: Day | '',
): ErasureRequest | undefined {
  if (scope === 'everything') return { scope };
  if (scope === 'source') return source && { scope, source };
  if (scope === 'day') return day ? { scope, day } : undefined;
  return scope && day ? { scope, before: day } : undefined;
}
