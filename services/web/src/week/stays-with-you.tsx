import {
  IconClock,
  IconEyeOff,
  IconFile,
  IconHourglass,
  IconPlug,
  IconWand,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { counted } from '../time/format.js';

const STAYS: [TablerIcon, string, string][] = [
  [IconFile, 'File saves', 'names, folders, save times'],
  [IconWorld, 'Web sites', 'addresses, titles'],
  [IconWand, 'Drafts and reasons', 'every “because”, every correction'],
  [IconEyeOff, 'What you ignored or deleted', 'leaves no gap in the sheet'],
  [IconPlug, 'Which sources are on', 'or whether any is'],
];

/** What no time sheet carries. How much of it there is, is sealed: only what the sheet itself knows is counted. */
export function StaysWithYou({ timed, deleted }: { timed: number; deleted: string }) {
  return (
    <section className="half stay">
      <div className="row wrap">
        <h2 className="h1">Stays with you</h2>
        <PrivacyChip kind="only" />
      </div>
      <ul className="stays">
        <li>
          <IconClock aria-hidden />
          <span>
            <span className="m">Times of day</span>
            <small>when you began and stopped</small>
          </span>
          <span className="n num">{timed > 0 && counted(timed, 'entry', 'entries')}</span>
        </li>
        {STAYS.map(([Icon, name, what]) => (
          <li key={name}>
            <Icon aria-hidden />
            <span>
              <span className="m">{name}</span>
              <small>{what}</small>
            </span>
          </li>
        ))}
      </ul>
      <p className="s t2 row top">
        <IconHourglass aria-hidden />
        <span>
          Activity of this week is deleted from {deleted}, 00:00 on, submitted or not. The hours stay in your time
          sheet.
        </span>
      </p>
    </section>
  );
}
