import type { DayView, Project } from '@daybook/contracts';
import { IconCircleCheck } from '@tabler/icons-react';
import { memo } from 'react';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { clockRange, duration } from '../time/format.js';
import { draftTitle, tally, whyWords } from './because.js';
import { type DraftRow, originOf, type Row } from './rows.js';
import { WordsOf } from './words-of.js';

interface DayRowProps {
  row: Row;
  project: Project | undefined;
  decided: DayView['decided'];
  selected: boolean;
  /** Whether Tab stops here: one row of the list. */
  stop: boolean;
  onOpen: (key: string) => void;
  /** The selection follows the focus. */
  onFocus: (key: string) => void;
}

/** One draft or entry of the list: a button, because it can be chosen. */
export const DayRow = memo(function DayRow({ row, project, decided, selected, stop, onOpen, onFocus }: DayRowProps) {
  const look = `it p-${project?.colour ?? 'no'} ${row.kind === 'entry' ? 'done' : ''} ${selected ? 'sel' : ''}`;
  return (
    <li>
      <button
        type="button"
        id={row.key}
        className={look}
        tabIndex={stop ? 0 : -1}
        aria-current={selected || undefined}
        onClick={() => onOpen(row.key)}
        onFocus={() => onFocus(row.key)}
      >
        {row.kind === 'draft' ? (
          <DraftCells row={row} />
        ) : (
          <>
            <span className="okc">
              <IconCircleCheck aria-hidden />
              <span className="vh">Entry</span>
            </span>
            <time>{row.start && row.end ? clockRange(row.start, row.end) : 'no times'}</time>
            <span className="ttl clip">{row.entry.note || <span className="t3">no note</span>}</span>
            <span className="how">
              {row.entry.state === 'open' ? originOf(row.entry, decided) : row.entry.state}
              <PrivacyChip kind="share" size="bare" />
            </span>
            <span className="dur">{duration(row.seconds)}</span>
          </>
        )}
      </button>
    </li>
  );
});

function DraftCells({ row }: { row: DraftRow }) {
  return (
    <>
      <time>{clockRange(row.start, row.end)}</time>
      <span className="ttl clip">{draftTitle(row.evidence)}</span>
      <Confidence row={row} />
      <span className="dur">~{duration(row.seconds)}</span>
      <span className="why">
        {row.edit.project ? 'because you chose it' : <WordsOf words={whyWords(row.draft.because, row.evidence)} />}
      </span>
      <span className="meta">
        {tally(row.evidence).map(({ source, words }) => {
          const Icon = SOURCE_WORDS[source].icon;
          return (
            <span key={source}>
              <Icon className="s14" aria-hidden />
              {words}
            </span>
          );
        })}
        <span className="push">
          <PrivacyChip kind="only" size="bare" />
        </span>
      </span>
    </>
  );
}

/** Sure from 90 %, likely from 75 %; a word and a number, and nothing where Daybook does not guess. */
export function Confidence({ row }: { row: DraftRow }) {
  if (row.edit.project) return <span className="conf">Your choice</span>;
  if (!row.project) return <span className="conf">Which project?</span>;
  const percent = Math.round(row.draft.confidence * 100);
  const [word, bars] = percent >= 90 ? ['Sure', 4] : percent >= 75 ? ['Likely', 3] : ['Unsure', 1];
  return (
    <span className="conf">
      <i aria-hidden>
        {[1, 2, 3, 4].map((bar) => (
          <u key={bar} className={bar <= Number(bars) ? 'on' : ''} />
        ))}
      </i>
      {word} {percent} %
    </span>
  );
}
