import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlug } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useChangeConsents, useConsents } from '../consent/consents.js';
import { toast, toastProblem } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { counted, moment } from '../time/format.js';

const PAUSES = [
  { label: 'for 30 minutes', minutes: 30 },
  { label: 'for 1 hour', minutes: 60 },
  { label: 'for 4 hours', minutes: 240 },
  { label: 'for 24 hours', minutes: 1_440 },
];

/** Whether Daybook remembers right now, and the pause that is always in reach (P5). */
export function Remembering() {
  const { on, paused } = useConsents();
  const { timeZone } = useMe();
  const change = useChangeConsents();
  const navigate = useNavigate();

  const resume = () =>
    change.mutate(
      paused.map(({ source }) => ({ source, change: { state: 'on', version: CONSENT_TEXT_VERSION } })),
      { onSuccess: () => toast('Remembering again'), onError: toastProblem },
    );
  const pause = (minutes: number) => {
    const until = new Date(Date.now() + minutes * 60_000).toISOString() as NonNullable<(typeof on)[number]['until']>;
    change.mutate(
      on.map(({ source }) => ({ source, change: { state: 'paused', until } })),
      { onSuccess: () => toast(`Paused until ${moment(until, timeZone)}`, resume), onError: toastProblem },
    );
  };
  const until = paused.map((consent) => consent.until).find(Boolean);

  if (on.length > 0)
    return (
      <div className="rec">
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
              <Menu.Item key={minutes} onClick={() => pause(minutes)}>
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
      <div className="rec">
        <span className="row g4">
          <span className="dot warn" />
          <span className="m">Paused</span>
        </span>
        <button type="button" className="btn icon ghost" aria-label="Resume remembering" onClick={resume}>
          <IconPlayerPlay aria-hidden />
        </button>
        <span className="xs t3">{until ? `until ${moment(until, timeZone)}` : 'until you resume'}</span>
      </div>
    );
  return (
    <div className="rec">
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
