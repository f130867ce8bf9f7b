import type { Day, Entry, Project } from '@daybook/contracts';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { openEntryForm } from '../entry/entry-form.js';
import { ProjectMark } from '../projects/project-mark.js';
import { clockRange, duration, shortDay } from '../time/format.js';
import { sum } from './grid.js';
import { weekdayName } from './week-words.js';

/** The entries of the selected day, each to change or remove. */
export function DayEntries({
  day,
  entries,
  projects,
  project,
  readOnly,
  onRemove,
}: {
  day: Day;
  entries: Entry[];
  projects: Map<string, Project>;
  /** Of the selected row, for a new entry. */
  project: string | undefined;
  readOnly: boolean;
  onRemove: (entry: Entry) => void;
}) {
  const add = useRef<HTMLButtonElement>(null);
  return (
    <section className="dayents" aria-label={`Entries of ${shortDay(day)}`}>
      <div className="subh">
        <h2>{shortDay(day)}</h2>
        <Link className="s" to="/day/$day" params={{ day }}>
          Open {weekdayName(day, 'long')}
        </Link>
        <span className="b num push">{duration(sum(entries))}</span>
      </div>
      <ul>
        {entries.map((entry) => {
          const of = projects.get(entry.project);
          const name = `${of?.name ?? 'Unknown project'}, ${duration(entry.seconds)}`;
          return (
            <li key={entry.id} className={`ent p-${of?.colour ?? 'no'}`}>
              <ProjectMark project={of} />
              <span className="what">
                <span className="m clip">{of?.name ?? 'Unknown project'}</span>
                {entry.note && <span className="t2 clip">{entry.note}</span>}
              </span>
              <span className="num s t2 when">
                {entry.start && entry.end ? clockRange(entry.start, entry.end) : 'no times'}
              </span>
              <span className="s t3 hide-s">{entry.billable ? '' : 'Not billable'}</span>
              <span className="r b num">{duration(entry.seconds)}</span>
              {!readOnly && (
                <span className="row g4 do">
                  <button
                    type="button"
                    className="btn icon ghost"
                    aria-label={`Change ${name}`}
                    onClick={() => openEntryForm({ day, entry })}
                  >
                    <IconPencil aria-hidden />
                  </button>
                  <button
                    type="button"
                    className="btn icon ghost"
                    aria-label={`Remove ${name}`}
                    onClick={() => {
                      add.current?.focus();
                      onRemove(entry);
                    }}
                  >
                    <IconTrash aria-hidden />
                  </button>
                </span>
              )}
            </li>
          );
        })}
        {entries.length === 0 && <li className="none t2">No time on this day.</li>}
      </ul>
      <div className="row dayents-foot">
        {!readOnly && (
          <button
            ref={add}
            type="button"
            className="btn sm"
            onClick={() => openEntryForm({ day, ...(project && { project }) })}
          >
            <IconPlus aria-hidden /> Add time
          </button>
        )}
        <span className="s t3 push">Times of day stay yours; a manager gets {duration(sum(entries))}.</span>
      </div>
    </section>
  );
}
