import { IconHourglass, IconLock, IconWand } from '@tabler/icons-react';
import type { Saying } from './way-in.js';

export const CLAIM = 'Your day, remembered for you alone.';
export const SAYINGS: readonly Saying[] = [
  {
    icon: IconLock,
    text: 'Only you can open what Daybook remembers. There is no role that could do it for you.',
  },
  { icon: IconWand, text: 'It drafts your time entries and says why. You correct and submit.' },
  { icon: IconHourglass, text: 'After two to three months it forgets, everywhere, with a receipt.' },
];
