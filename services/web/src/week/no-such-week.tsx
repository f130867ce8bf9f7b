import { isoWeekOf } from '@daybook/timekeeping';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useMe } from '../me/me.js';
import { todayIn } from '../time/format.js';

export function NoSuchWeek() {
  useDocumentTitle('No such week · Daybook');
  const { timeZone } = useMe();
  return (
    <div className="pagebody">
      <h1>There is no such week</h1>
      <p className="t2">A week is written like 2026-W48, and not every year has a week 53.</p>
      <p>
        <Link className="btn pri" to="/week/$week" params={{ week: isoWeekOf(todayIn(timeZone)) }}>
          This week
        </Link>
      </p>
    </div>
  );
}
