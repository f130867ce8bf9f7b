import './question.css';
import type { DayView } from '@daybook/contracts';
import { addDays, expiryOf } from '@daybook/timekeeping';
import { IconBan, IconDatabase, IconEye } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { useMe } from '../me/me.js';
import { shortDate, todayIn } from '../time/format.js';
import { type AgentSource, CONSENT_TEXT } from './consent-text.js';
import { exampleOf } from './live-example.js';

/** What a source is, before and after agreeing: the same words (P3, P7, P8). `children` are more rows of the list. */
export function ConsentFacts({ source, children }: { source: AgentSource; children?: ReactNode }) {
  const { timeZone } = useMe();
  const cache = useQueryClient();
  const text = CONSENT_TEXT[source];
  const seen = cache.getQueriesData<DayView>({ queryKey: ['day'] }).map(([, day]) => day);
  const example = exampleOf(source, seen);
  const today = todayIn(timeZone);
  return (
    <div className="facts-of-source">
      <div className="three">
        <section>
          <h3>
            <IconEye aria-hidden /> We read
          </h3>
          <p>{text.read}</p>
        </section>
        <section>
          <h3>
            <IconDatabase aria-hidden /> We keep
          </h3>
          <p>{text.keep}</p>
          <p className="ex">
            <span className="xs t3">{example.own ? 'your latest on screen' : 'what one row looks like'}</span>
            {example.lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </p>
        </section>
        <section>
          <h3>
            <IconBan aria-hidden /> We never see
          </h3>
          <p>{text.never}</p>
        </section>
      </div>
      <dl className="kv two">
        <dt>What it gives</dt>
        <dd>{text.gives}</dd>
        <dt>Limit held by</dt>
        <dd>
          <b className="m">The agent on your computer.</b> {text.limit}
        </dd>
        <dt>Who can see</dt>
        <dd>
          <PrivacyChip kind="only" /> no colleague, manager, owner or administrator
        </dd>
        <dt>Where</dt>
        <dd>on this Daybook, sealed with a key that only you open</dd>
        <dt>How long</dt>
        <dd>
          this month and the two before; what is kept today goes on {shortDate(expiryOf(today))}, 00:00 ({timeZone}),
          from backups by {shortDate(addDays(expiryOf(today), 7))}
        </dd>
        <dt>Switching off</dt>
        <dd>
          stops at once, empties what still waits on your computer, and asks whether to erase what is kept. Time sheets
          stay yours to fill in by hand, and nobody else can tell.
        </dd>
        {children}
      </dl>
    </div>
  );
}
