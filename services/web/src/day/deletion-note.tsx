import { IconHourglass } from '@tabler/icons-react';
import { deletionWords } from './deletion.js';

/** When the details of this day go: always there, amber from three days before, red on the last. */
export function DeletionNote({ deletesOn, timeZone }: { deletesOn: string; timeZone: string }) {
  const { date, rest, urgency } = deletionWords(deletesOn, timeZone);
  return (
    <p className={`dfoot ${urgency}`}>
      <IconHourglass aria-hidden />
      <span>
        <b>This day’s details are deleted on {date}</b> {rest}. Entries stay.
      </span>
    </p>
  );
}

export function DeletionChip({ deletesOn, timeZone }: { deletesOn: string; timeZone: string }) {
  const { date, urgency } = deletionWords(deletesOn, timeZone);
  return (
    <span className={`row g4 s delchip ${urgency}`}>
      <IconHourglass className="s14" aria-hidden />
      details deleted on {date}
    </span>
  );
}
