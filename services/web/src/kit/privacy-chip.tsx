import { IconLock, IconSum, IconUsers } from '@tabler/icons-react';

const KINDS = {
  only: { icon: IconLock, long: 'Only you can see this', short: 'Only you' },
  share: { icon: IconUsers, long: 'Shares hours', short: 'Shares hours' },
  count: { icon: IconSum, long: 'Counts only', short: 'Counts only' },
} as const;

/** The fixed vocabulary of who can see something: icon and words, everywhere the same. */
export function PrivacyChip({
  kind,
  size = 'short',
  with: reader,
}: {
  kind: keyof typeof KINDS;
  size?: 'short' | 'long' | 'bare';
  /** Who the hours are shared with. */
  with?: string;
}) {
  const { icon: Icon, long, short } = KINDS[kind];
  const words = reader ? `${long} with ${reader}` : size === 'long' ? long : short;
  return (
    <span className={`chip ${kind} ${size === 'long' ? 'lgc' : size === 'bare' ? 'bare' : ''}`}>
      <Icon aria-hidden />
      {words}
    </span>
  );
}
