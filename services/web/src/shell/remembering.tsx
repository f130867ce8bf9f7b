import { Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlug } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useConsents } from '../consent/consents.js';
import { PAUSES, usePause } from '../consent/pause.js';
import { useKeptFocus } from '../kit/use-kept-focus.js';
import { useMe } from '../me/me.js';
import { counted, moment } from '../time/format.js';

/** Whether Daybook remembers right now, and the pause that is always in reach (P5). */
export function Remembering() {
  const { on, paused, loading } = useConsents();
  const { timeZone } = useMe();
  const { pause, resume } = usePause();
  const navigate = useNavigate();
  const group = useKeptFocus<HTMLDivElement>(loading ? undefined : `${on.length} ${paused.length}`);
  const sources = (consents: typeof on) => consents.map((consent) => consent.source);
  const until = paused.map((consent) => consent.until).find(Boolean);

  if (on.length > 0)
    return (
      <div className="rec" ref={group}>
        <span className="row g4">
          <span className="dot" />
          <span className="m">Remembering</span>
        </span>
        <Menu position="top-end" shadow="md" width={180}>
          <Menu.Target>
            <button type="button" className="btn icon ghost" aria-label="Pause remembering">
              <IconPlayerPause aria-hidden />
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Pause everything</Menu.Label>
            {PAUSES.map(({ label, minutes }) => (
              <Menu.Item key={label} onClick={() => pause(sources(on), minutes)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <span className="xs t3">for you alone · {counted(on.length, 'source')} on</span>
      </div>
    );
  if (paused.length > 0)
    return (
      <div className="rec" ref={group}>
        <span className="row g4">
          <span className="dot warn" />
          <span className="m">Paused</span>
        </span>
        <button
          type="button"
          className="btn icon ghost"
          aria-label="Resume remembering"
          onClick={() => resume(sources(paused))}
        >
          <IconPlayerPlay aria-hidden />
        </button>
        <span className="xs t3">{until ? `until ${moment(until, timeZone)}` : 'until you resume'}</span>
      </div>
    );
  return (
    <div className="rec" ref={group}>
      <span className="row g4">
        <span className="dot off" />
        <span className="m">Not remembering</span>
      </span>
      <button
        type="button"
        className="btn icon ghost"
        aria-label="Choose what is remembered"
        onClick={() => navigate({ to: '/privacy' })}
      >
        <IconPlug aria-hidden />
      </button>
      <span className="xs t3">no source is on</span>
    </div>
  );
}
