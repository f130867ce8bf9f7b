import type { Day } from '@daybook/contracts';
import { addDays, isoWeekOf } from '@daybook/timekeeping';
import { IconCalendarWeek, IconCheck, IconChevronLeft, IconChevronRight, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { counted, duration, longDay } from '../time/format.js';
import { SourceStates, type SourceStatesProps } from './source-states.js';

interface DayHeadProps extends SourceStatesProps {
  day: Day;
  today: Day;
  /** Everything on the day, drafts included; undefined while it is read. */
  seconds: number | undefined;
  drafts: number;
  sure: number;
  /** Nothing can be sent now. */
  offline: boolean;
  reviewed: boolean;
  /** Whether activity is on the page, which nobody else sees. */
  personal: boolean;
  onAcceptSure: () => void;
  onAdd: () => void;
}

/** Which day, how much, what is open, and the one thing to do next. */
export function DayHead(props: DayHeadProps) {
  const { day, today, seconds, drafts, sure, offline, reviewed, personal, onAcceptSure, onAdd } = props;
  const week = isoWeekOf(day);
  return (
    <header className="head dayhead">
      <div className="datenav">
        <Link className="btn icon ghost" to="/day/$day" params={{ day: addDays(day, -1) }} aria-label="Previous day">
          <IconChevronLeft aria-hidden />
        </Link>
        <h1>{longDay(day)}</h1>
        <Link className="btn icon ghost" to="/day/$day" params={{ day: addDays(day, 1) }} aria-label="Next day">
          <IconChevronRight aria-hidden />
        </Link>
        {day !== today && (
          <Link className="btn sm" to="/day/$day" params={{ day: today }}>
            Today
          </Link>
        )}
      </div>
      <span className="row nw">
        <span className="b num total">{seconds === undefined ? '–:––' : duration(seconds)}</span>
        {drafts > 0 && <span className="tag acc">{counted(drafts, 'draft')} to review</span>}
        {reviewed && (
          <span className="tag ok">
            <IconCheck aria-hidden />
            all reviewed
          </span>
        )}
      </span>
      <span className="grow" />
      <SourceStates sources={props.sources} consents={props.consents} timeZone={props.timeZone} />
      {personal && <PrivacyChip kind="only" size="long" />}
      <button type="button" className="btn hide-s" onClick={onAdd}>
        <IconPlus aria-hidden />
        Add time
      </button>
      <Link className={`btn hide-s ${reviewed ? 'pri' : ''}`} to="/week/$week" params={{ week }}>
        {reviewed && <IconCalendarWeek aria-hidden />}
        {reviewed ? 'Go to week' : 'Week'} {Number(week.slice(6))}
      </Link>
      {sure > 0 && (
        <button type="button" className="btn pri hide-s" disabled={offline} onClick={onAcceptSure}>
          <IconCheck aria-hidden />
          Accept {counted(sure, 'sure draft')}
        </button>
      )}
    </header>
  );
}
