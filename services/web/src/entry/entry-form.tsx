import './entry-form.css';
import type { Day, Entry, NewEntry } from '@daybook/contracts';
import { isoWeekOf } from '@daybook/timekeeping';
import { modals } from '@mantine/modals';
import { type FormEvent, type InputHTMLAttributes, useId, useState } from 'react';
import { ApiProblem, newId } from '../api/client.js';
import { instantOf, timeOn } from '../day/five-minutes.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { ProjectPicker } from '../projects/project-picker.js';
import { useProjects } from '../projects/projects.js';
import { clock, duration, longDay } from '../time/format.js';
import { parseDuration } from './duration.js';
import { useEntryChanges } from './entries.js';

export interface EntryFormOptions {
  day: Day;
  /** An entry to change; a new one without. */
  entry?: Entry;
  project?: string;
}

/** Opens the form for one time entry, by hand: from and to, or a duration. */
export function openEntryForm(options: EntryFormOptions): void {
  const id = modals.open({
    title: options.entry ? 'Change entry' : `Add time on ${longDay(options.day)}`,
    children: <EntryForm {...options} onDone={() => modals.close(id)} />,
  });
}

/** The longest note that the time sheet takes. */
const NOTE = 2_000;

function EntryForm({ day, entry, project: given, onDone }: EntryFormOptions & { onDone: () => void }) {
  const id = useId();
  const { timeZone } = useMe();
  const { byId } = useProjects();
  const { add, change } = useEntryChanges();
  const [ref] = useState(() => entry?.id ?? newId());
  const [timed, setTimed] = useState(entry ? entry.start !== undefined : true);
  const [from, setFrom] = useState(entry?.start ? clock(entry.start) : '');
  const [to, setTo] = useState(entry?.end ? clock(entry.end) : '');
  const [length, setLength] = useState(entry ? duration(entry.seconds) : '');
  const [project, setProject] = useState<string | undefined>(entry?.project ?? given);
  const [note, setNote] = useState(entry?.note ?? '');
  const [billable, setBillable] = useState(entry?.billable);
  const [asked, setAsked] = useState(false);

  const times = timed ? span(timeZone, day, from, to, entry) : undefined;
  const untouched = entry && length === duration(entry.seconds);
  const written = untouched ? entry.seconds : parseDuration(length);
  const seconds = timed ? times && Math.round((times.end - times.start) / 1_000) : written;
  const complete = seconds !== undefined && seconds > 0 && project !== undefined;
  const problem = add.error ?? change.error;
  const told = problem instanceof ApiProblem ? problem : undefined;
  // What is missing is said once the person has tried to save; what the server says, at its field.
  const said = {
    times:
      asked && timed && !(seconds && seconds > 0)
        ? times
          ? 'The end is before the start.'
          : 'Give both times, like 09:15.'
        : (told?.of('start') ?? told?.of('end')),
    length: asked && !timed && !seconds ? 'Write a duration like 1:30, 90m or 1.5h.' : told?.of('seconds'),
    project: asked && !project ? 'Choose a project.' : told?.of('project'),
  };
  const submitted = told?.code === 'timesheet_submitted';
  const week = isoWeekOf(day);

  const save = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!complete) return;
    const body = {
      day,
      seconds,
      project: project as NewEntry['project'],
      ...(billable !== undefined && { billable }),
    };
    const within = times && { start: instantOf(timeZone, times.start), end: instantOf(timeZone, times.end) };
    const done = (line: string) => ({
      onSuccess: () => {
        toast(line);
        onDone();
      },
    });
    if (entry)
      change.mutate(
        { id: entry.id, change: { ...body, start: null, end: null, ...within, note: note.trim() || null } },
        done('Entry changed'),
      );
    else
      add.mutate(
        { id: ref as NewEntry['id'], ...body, ...within, ...(note.trim() && { note: note.trim() }) },
        done(`Added ${duration(seconds)}`),
      );
  };
  return (
    <form className="entryform col g16" onSubmit={save} noValidate>
      <fieldset className="seg2">
        <legend className="vh">How the time is given</legend>
        <label>
          <input type="radio" name={`${id}-how`} checked={timed} onChange={() => setTimed(true)} /> From and to
        </label>
        <label>
          <input type="radio" name={`${id}-how`} checked={!timed} onChange={() => setTimed(false)} /> Duration
        </label>
      </fieldset>
      {timed ? (
        <div>
          <div className="row g12 times">
            <Field
              label="From"
              inputMode="numeric"
              placeholder="09:00"
              value={from}
              wrong={said.times}
              onText={setFrom}
              data-autofocus
            />
            <Field label="To" inputMode="numeric" placeholder="10:30" value={to} wrong={said.times} onText={setTo} />
            <span className="b num total" role="status">
              {seconds && seconds > 0 ? duration(seconds) : '–:––'}
            </span>
          </div>
          {said.times && <p className="err">{said.times}</p>}
        </div>
      ) : (
        <div>
          <Field
            label="Duration"
            value={length}
            wrong={said.length}
            onText={setLength}
            placeholder="1:30, 90m or 1.5h"
            autoComplete="off"
            data-autofocus
          />
          {said.length && <p className="err">{said.length}</p>}
        </div>
      )}
      <ProjectPicker value={project} onChange={setProject} {...(said.project && { error: said.project })} />
      <div>
        <label className="lbl" htmlFor={`${id}-note`}>
          Note, sent with the hours
          <span className="push t3 num">
            {note.length} of {NOTE}
          </span>
        </label>
        <textarea
          id={`${id}-note`}
          className="field"
          rows={3}
          maxLength={NOTE}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        {told?.of('note') && <p className="err">{told.of('note')}</p>}
      </div>
      <label className="row">
        <input
          type="checkbox"
          checked={billable ?? byId.get(project ?? '')?.billable ?? true}
          onChange={(event) => setBillable(event.target.checked)}
        />
        Billable
      </label>
      {submitted ? (
        <div className="note warn" role="alert">
          <p className="grow">This week was submitted. Recall it first, then change it.</p>
          <a className="btn sm" href={`/week/${week}`}>
            Go to week {Number(week.slice(6))}
          </a>
        </div>
      ) : (
        <ProblemNote error={problem} />
      )}
      <div className="row">
        <span className="grow" />
        <button type="button" className="btn" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="btn pri" disabled={add.isPending || change.isPending}>
          {entry ? 'Save' : 'Add time'}
        </button>
      </div>
    </form>
  );
}

/** A labelled input; what is wrong with it stands below, and is read with it. */
function Field({
  label,
  wrong,
  onText,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  wrong: string | undefined;
  onText: (text: string) => void;
}) {
  return (
    <label>
      <span className="lbl">{label}</span>
      <input
        className="field"
        aria-invalid={wrong ? true : undefined}
        aria-description={wrong}
        onChange={(event) => onText(event.target.value)}
        {...input}
      />
    </label>
  );
}

/** Times as written; those of the entry as they are, to the second, while they are not touched. */
function span(zone: string, day: Day, from: string, to: string, entry?: Entry) {
  const start = entry?.start && clock(entry.start) === from ? Date.parse(entry.start) : timeOn(zone, day, from);
  const end = entry?.end && clock(entry.end) === to ? Date.parse(entry.end) : timeOn(zone, day, to, true);
  return start === undefined || end === undefined ? undefined : { start, end };
}
