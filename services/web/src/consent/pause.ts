import type { Consent, Source } from '@daybook/contracts';
import { toast, toastProblem } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { moment } from '../time/format.js';
import { useChangeConsents } from './consents.js';

/** How long a pause may be; without minutes until the person resumes. */
export const PAUSES: readonly { label: string; minutes?: number }[] = [
  { label: 'for 30 minutes', minutes: 30 },
  { label: 'for 1 hour', minutes: 60 },
  { label: 'for 4 hours', minutes: 240 },
  { label: 'for 24 hours', minutes: 1_440 },
  { label: 'until I resume' },
];

/** Pauses sources and lets them go on. Going on never switches on what was switched off meanwhile: it carries no agreement. */
export function usePause() {
  const { timeZone } = useMe();
  const change = useChangeConsents();
  const resume = (sources: readonly Source[]) =>
    change.mutate(
      sources.map((source) => ({ source, change: { state: 'on' } })),
      { onSuccess: () => toast('Remembering again'), onError: toastProblem },
    );
  const pause = (sources: readonly Source[], minutes?: number) => {
    const until =
      minutes === undefined
        ? undefined
        : (new Date(Date.now() + minutes * 60_000).toISOString() as NonNullable<Consent['until']>);
    change.mutate(
      sources.map((source) => ({ source, change: { state: 'paused', ...(until && { until }) } })),
      {
        onSuccess: () =>
          toast(until ? `Paused until ${moment(until, timeZone)}` : 'Paused until you resume', () => resume(sources)),
        onError: toastProblem,
      },
    );
  };
  return { pause, resume };
}
