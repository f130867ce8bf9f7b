import './first-steps.css';
import type { DayView } from '@daybook/contracts';
import { useDocumentTitle } from '@mantine/hooks';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, isProblem } from '../api/client.js';
import { useConsents } from '../consent/consents.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { devicesQuery } from '../pair/devices.js';
import { todayIn } from '../time/format.js';
import { OnYourComputer } from './on-your-computer.js';
import { StepList } from './step-list.js';
import { firstSteps } from './steps.js';

const dayQuery = (day: string) =>
  queryOptions({
    queryKey: ['day', day, 'first-steps'],
    queryFn: () => api<DayView>('GET', `/v1/days/${day}`),
    refetchInterval: ({ state }) => (state.data?.activity.length || state.error ? false : 5_000),
  });

export function FirstStepsPage() {
  useDocumentTitle('First steps · Daybook');
  const me = useMe();
  const today = todayIn(me.timeZone);
  const consents = useConsents();
  const devices = useQuery(devicesQuery);
  // Nothing is opened to look for what cannot be there.
  const remembering = consents.all.some(({ state }) => state !== 'off');
  const day = useQuery({ ...dayQuery(today), enabled: remembering });
  const loading = consents.loading || devices.isLoading;
  const locked = isProblem(day.error, 'vault_locked');
  const steps = firstSteps({
    me,
    consents: consents.all,
    ...(devices.data && { devices: devices.data }),
    ...(day.data && { day: day.data }),
  });
  const done = steps.filter((step) => step.done).length;
  return (
    <>
      <header className="head">
        <h1>Welcome, {me.name.split(/\s+/)[0]}</h1>
        <span className="grow" />
        <PrivacyChip kind="only" size="long" />
        <Link className="btn hide-s" to="/day/$day" params={{ day: today }}>
          Fill in today by hand
        </Link>
      </header>
      <div className="first">
        <div className="col g16">
          <div className="row">
            <h2 id="first-steps">First steps</h2>
            <span className="t2 push num">
              {done} of {steps.length}
            </span>
          </div>
          <progress className="prog" max={steps.length} value={done} aria-labelledby="first-steps" />
          <StepList steps={steps} today={today} loading={loading} locked={locked} />
          <ProblemNote error={consents.error ?? devices.error ?? (locked ? undefined : day.error)} />
          <p className="s t2">
            Any step can wait, and every source can stay off. Time sheets work fully by hand, and nobody can tell the
            difference.
          </p>
        </div>
        <aside className="col g16" aria-label="Good to know">
          <OnYourComputer paired={me.steps.devicePaired} />
          <section className="card">
            <h2>Leave whenever you like</h2>
            <p className="s t2 under">
              Turning a source off stops it at once and offers to erase what it brought. You lose nothing else.
            </p>
          </section>
        </aside>
      </div>
    </>
  );
}
