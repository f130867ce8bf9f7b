import type { Consent, DayView } from '@daybook/contracts';
import { Popover } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { counted, moment } from '../time/format.js';

export interface SourceStatesProps {
  sources: DayView['sources'];
  consents: readonly Consent[];
  timeZone: string;
}

/** Which sources are on, in dots and words; one step on, when each was last heard of. */
export function SourceStates({ sources, consents, timeZone }: SourceStatesProps) {
  const chosen = consents.filter((consent) => consent.state !== 'off');
  const [on, paused] = [chosen.filter((one) => one.state === 'on'), chosen.filter((one) => one.state === 'paused')];
  if (chosen.length === 0)
    return (
      <p className="src hide-s">
        <span className="row g4">
          <span className="dot off" />
          No source is on
        </span>
      </p>
    );
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className="btn ghost src hide-s">
          {on.length > 0 && (
            <span className="row g4">
              <span className="dot" />
              {counted(on.length, 'source')} on
            </span>
          )}
          {paused.length > 0 && (
            <span className="row g4">
              <span className="dot warn" />
              {paused.length} paused
            </span>
          )}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="col">
        <ul className="col g4">
          {chosen.map(({ source, state }) => {
            const seen = sources.find((one) => one.source === source)?.lastSeen;
            return (
              <li key={source} className="row">
                <span className={`dot ${state === 'paused' ? 'warn' : ''}`} />
                <span className="m grow">{SOURCE_WORDS[source].name}</span>
                <span className="t2 s">
                  {state === 'paused' && 'paused · '}
                  {seen ? `last heard of ${moment(seen, timeZone)}` : 'nothing heard yet'}
                </span>
              </li>
            );
          })}
        </ul>
        <Link to="/privacy">Change what is remembered</Link>
      </Popover.Dropdown>
    </Popover>
  );
}
