import type { Consent, Day, ExpiredDay, Source } from '@daybook/contracts';
import { IconCheck, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { AGENT_SOURCES, SOURCE_WORDS } from '../consent/source-words.js';
import { moment } from '../time/format.js';

/** A day without a list: the keys that need none still act here. */
export function EmptyDay({
  held,
  onKeyDown,
  children,
}: {
  held: RefObject<boolean>;
  onKeyDown: (event: KeyboardEvent) => void;
  children: ReactNode;
}) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (held.current && document.activeElement === document.body) section.current?.focus();
  }, [held]);
  return (
    <section className="emptyday" ref={section} tabIndex={-1} aria-label="This day" onKeyDown={onKeyDown}>
      {children}
    </section>
  );
}

interface AddTime {
  singleKeys: boolean;
  onAdd: () => void;
}
function AddByHand({ singleKeys, onAdd, pri = false }: AddTime & { pri?: boolean }) {
  return (
    <button type="button" className={`btn ${pri ? 'pri' : ''}`} onClick={onAdd}>
      <IconPlus aria-hidden />
      Add an entry by hand {singleKeys && <kbd aria-hidden>n</kbd>}
    </button>
  );
}

const COSTS: Record<(typeof AGENT_SOURCES)[number], { gives: string; keeps: string; never: string }> = {
  files: {
    gives: 'Which project a stretch of work belonged to, to the minute.',
    keeps: 'name, path, save time, in folders you grant',
    never: 'contents, size, other folders',
  },
  web: {
    gives: 'Research, reviews and web apps that leave no files.',
    keeps: 'address, title, time, browser',
    never: 'private windows, page contents, what you type',
  },
};

/** No source is on: what switching one on gives, and what it costs. */
export function NoSource(props: AddTime) {
  return (
    <div className="empty">
      <h2 className="h1">Nothing is remembered yet</h2>
      <p className="t2 lead">
        Every source is off until you turn it on. Turning one on means that a record of that part of your day exists for
        two to three months, and only you can open it. You can also fill in every day by hand.
      </p>
      <ul className="setups">
        {AGENT_SOURCES.map((source) => {
          const { icon: Icon, name } = SOURCE_WORDS[source];
          const { gives, keeps, never } = COSTS[source];
          return (
            <li key={source} className="setup">
              <div className="row">
                <Icon className="s20" aria-hidden />
                <h3>{name}</h3>
              </div>
              <p>{gives}</p>
              <dl>
                <dt>Keeps</dt>
                <dd>{keeps}</dd>
                <dt>Never sees</dt>
                <dd>{never}</dd>
                <dt>Limit held by</dt>
                <dd>the agent on your computer</dd>
              </dl>
              <div className="row">
                <Link className="btn sm" to="/privacy" aria-label={`Set up ${name}`}>
                  Set up
                </Link>
              </div>
            </li>
          );
        })}
      </ul>
      <div className="row g12 wrap after">
        <AddByHand {...props} />
        <Link className="btn" to="/pair">
          Pair a computer
        </Link>
        <span className="s t3">Nobody else can see which sources are on, or whether any is.</span>
      </div>
    </div>
  );
}

/** Sources are on, and this day has nothing. */
export function NothingYet({
  day,
  today,
  on,
  onLook,
  ...add
}: AddTime & { day: Day; today: Day; on: readonly Consent[]; onLook: () => void }) {
  const names = on.map((consent) => SOURCE_WORDS[consent.source as Source].name);
  const are = `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} on`;
  const [heading, text] =
    day > today
      ? ['This day has not come yet', 'You can plan an entry by hand.']
      : day < today
        ? [
            'Nothing was remembered on this day',
            'No source had anything for it, or none was on. You can fill it in by hand.',
          ]
        : ['Nothing yet today', `${are}. Work appears here within a minute of the agent sending it.`];
  return (
    <div className="empty">
      <h2 className="h1">{heading}</h2>
      <p className="t2 lead">{text}</p>
      <div className="row g12 wrap">
        {day === today && (
          <button type="button" className="btn" onClick={onLook}>
            Look again
          </button>
        )}
        <AddByHand {...add} />
        {day === today && (
          <Link className="btn ghost" to="/pair">
            Pair a computer
          </Link>
        )}
      </div>
    </div>
  );
}

/** Traces, but too few for a draft. */
export function TooLittle(props: AddTime) {
  return (
    <div className="empty">
      <h2 className="h1">Nothing to review</h2>
      <p className="t2 lead">
        There are traces of this day, but too little time between them to draft from. They are in the lane until they
        are deleted.
      </p>
      <AddByHand {...props} />
    </div>
  );
}

export function ExpiredDetail({
  expired,
  entries,
  timeZone,
}: {
  expired: ExpiredDay;
  entries: number;
  timeZone: string;
}) {
  return (
    <>
      <div className="colhead">
        <h2>Activity</h2>
        <span className="push tag">
          <IconCheck aria-hidden />
          deleted
        </span>
      </div>
      <div className="body">
        <div className="sect">
          <p className="h2">Activity for this day was deleted on {moment(expired.deletedOn, timeZone)}, as promised.</p>
          <p className="t2">
            Its traces are gone from every store.{' '}
            {entries ? 'The entries remain: they are part of your time sheet.' : 'You can still add time by hand.'}
          </p>
        </div>
        <div className="sect last">
          <Link className="btn sm" to="/privacy">
            How long things are kept
          </Link>
        </div>
      </div>
    </>
  );
}
