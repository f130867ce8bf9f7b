import type { Day, IsoWeek, Timesheet } from '@daybook/contracts';
import { addDays, isoWeekOf } from '@daybook/timekeeping';
import { IconChevronLeft, IconChevronRight, IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMe } from '../me/me.js';
import { duration, todayIn } from '../time/format.js';
import { STATE_WORDS, weekDates, weekNumber } from './week-words.js';

export function WeekHead({ week, days, sheet }: { week: IsoWeek; days: Day[]; sheet: Timesheet | undefined }) {
  const { timeZone } = useMe();
  const [monday, sunday] = [days[0] as Day, days[6] as Day];
  const state = sheet && STATE_WORDS[sheet.state];
  const away = (weeks: number) => ({ week: isoWeekOf(addDays(monday, 7 * weeks)) });
  return (
    <header className="head wk-head">
      <div className="datenav">
        <Link className="btn icon ghost" to="/week/$week" params={away(-1)} aria-label="Previous week">
          <IconChevronLeft aria-hidden />
        </Link>
        <h1>
          Week {weekNumber(week)} <span className="y">{weekDates(monday, sunday)}</span>
        </h1>
        <Link className="btn icon ghost" to="/week/$week" params={away(1)} aria-label="Next week">
          <IconChevronRight aria-hidden />
        </Link>
        <Link className="btn sm" to="/week/$week" params={{ week: isoWeekOf(todayIn(timeZone)) }}>
          This week
        </Link>
      </div>
      <span className="sep hide-s" />
      {sheet && (
        <span className="row nw">
          <span className="b num total">{duration(sheet.seconds)}</span>
          <span className={`tag ${state?.tag}`}>{state?.name}</span>
        </span>
      )}
      <span className="grow hide-s" />
      <a
        className="btn push"
        href={`/v1/exports/entries.csv?from=${monday}&to=${sunday}`}
        download={`daybook-${monday}-${sunday}.csv`}
      >
        <IconDownload aria-hidden /> CSV
        <span className="vh"> of this week</span>
      </a>
    </header>
  );
}
