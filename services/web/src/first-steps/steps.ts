import type { Consent, DayView, Device, Me } from '@daybook/contracts';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { counted } from '../time/format.js';

export interface Step {
  id: 'account' | 'recovery-code' | 'computer' | 'source' | 'day';
  done: boolean;
  title: string;
  detail: string;
}

/** What is known of the person; what is still loading or locked is absent. */
export interface Known {
  me: Me;
  devices?: readonly Device[];
  consents?: readonly Consent[];
  day?: Pick<DayView, 'activity'>;
}

/** The first steps and how far they are, from what is there and nothing else. */
export function firstSteps({ me, devices = [], consents = [], day }: Known): Step[] {
  const chosen = consents.filter(({ state }) => state !== 'off').map(({ source }) => SOURCE_WORDS[source].name);
  const remembered = day?.activity.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return [
    { id: 'account', done: true, title: 'Account made', detail: `${me.email} · ${me.timeZone.replaceAll('_', ' ')}` },
    me.steps.recoveryCodeSaved
      ? {
          id: 'recovery-code',
          done: true,
          title: 'Recovery code kept',
          detail: 'it opens your activity if you forget the password',
        }
      : {
          id: 'recovery-code',
          done: false,
          title: 'Keep a recovery code',
          detail: 'without it, a forgotten password closes what was remembered for good',
        },
    me.steps.devicePaired
      ? { id: 'computer', done: true, title: 'Computer paired', detail: devices.map(({ name }) => name).join(', ') }
      : {
          id: 'computer',
          done: false,
          title: 'Pair your computer',
          detail: 'a small program there asks before it looks at anything',
        },
    chosen.length > 0
      ? { id: 'source', done: true, title: 'First source chosen', detail: chosen.join(', ') }
      : {
          id: 'source',
          done: false,
          title: 'Choose a first source, or none',
          detail: 'Files is the gentlest: names, paths and save times in folders you pick',
        },
    remembered > 0
      ? {
          id: 'day',
          done: true,
          title: 'Your day is there',
          detail: `${counted(remembered, 'trace')} today, for you alone`,
        }
      : { id: 'day', done: false, title: 'See your day', detail: 'the first save shows within a minute' },
  ];
}
