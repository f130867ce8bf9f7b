import type { Project } from '@daybook/contracts';
import { IconMessage } from '@tabler/icons-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { parseDuration } from '../entry/duration.js';
import { counted, duration, shortDay } from '../time/format.js';
import { type Cell, typingInto } from './grid.js';
import { startsTyping } from './grid-keys.js';

export interface WeekCellProps {
  cell: Cell;
  project: Project | undefined;
  selected: boolean;
  /** Why nothing can be typed here. */
  readOnly: string | undefined;
  onSelect: () => void;
  /** Keys that the cell does not know. */
  onKey: (event: KeyboardEvent) => void;
  onType: (seconds: number) => void;
  onOpen: () => void;
  /** Why something typed was not taken. */
  onSay: (reason: string) => void;
  /** Typing ended with this key; the focus goes on from here. */
  onTyped: (key: 'Escape' | 'ArrowDown' | 'ArrowRight' | 'ArrowLeft') => void;
}

/** One project on one day: a button that turns into a field while a duration is typed. */
export function WeekCell(props: WeekCellProps) {
  const { cell, project, selected, readOnly, onSelect, onKey, onType, onOpen, onSay } = props;
  const [typed, setTyped] = useState<string>();
  const name = `${project?.name ?? 'Unknown project'}, ${shortDay(cell.day)}`;
  const shown = cell.seconds ? duration(cell.seconds) : '';

  const typing = typingInto(cell);
  const refusal =
    readOnly ??
    (typing.kind === 'none'
      ? `This cell holds ${typing.why}. Change it in the list below, or open the day.`
      : typing.kind === 'add' && project?.archived
        ? `${project.name} is archived.`
        : undefined);
  const begin = (text: string) => (refusal ? onSay(refusal) : setTyped(text));

  if (typed !== undefined)
    return (
      <DurationField
        name={name}
        start={typed}
        select={typed === shown}
        onSay={onSay}
        onEnd={(seconds, key) => {
          // A button again before the focus goes on.
          flushSync(() => setTyped(undefined));
          if (seconds !== undefined && seconds !== cell.seconds) onType(seconds);
          if (key) props.onTyped(key);
        }}
      />
    );

  const noted = cell.entries.some((entry) => entry.note);
  const several = cell.entries.length > 1 ? `, ${counted(cell.entries.length, 'entry', 'entries')}` : '';
  return (
    <button
      type="button"
      className={`c num ${selected ? 'sel' : ''} ${shown ? '' : 'z'}`}
      tabIndex={selected ? 0 : -1}
      aria-label={`${name}: ${shown || 'no time'}${several}${noted ? ', with a note' : ''}`}
      onFocus={onSelect}
      onClick={() => !refusal && begin(shown)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === 'Enter') onOpen();
        else if (event.key === 'e' || event.key === 'F2') begin(shown);
        else if (event.key === 'Delete' || event.key === 'Backspace') shown && (refusal ? onSay(refusal) : onType(0));
        else if (startsTyping(event.key)) begin(event.key);
        else return onKey(event);
        event.preventDefault();
      }}
    >
      {noted && <IconMessage className="s12" aria-hidden />}
      {shown || '–'}
    </button>
  );
}

/** Nothing, or a zero, empties the cell; `:30` and `.5` need no zero before. */
const typedSeconds = (text: string): number | undefined =>
  /^[0:.,]*$/.test(text.trim()) ? 0 : parseDuration(text.trim().replace(/^(?=[.,:])/, '0'));

const HOW = 'Write a duration like 1:30, 1.5 or 90m.';
const AFTER = { Enter: 'ArrowDown', Tab: 'ArrowRight' } as const;

/** Ends with seconds (0 when emptied), or with none when typing was given up. */
function DurationField({
  name,
  start,
  select,
  onSay,
  onEnd,
}: {
  name: string;
  start: string;
  select: boolean;
  onSay: (reason: string) => void;
  onEnd: (seconds: number | undefined, key?: 'Escape' | 'ArrowDown' | 'ArrowRight' | 'ArrowLeft') => void;
}) {
  const [text, setText] = useState(start);
  const [wrong, setWrong] = useState(false);
  // A field that goes away loses the focus too; it has ended by then.
  const ended = useRef(false);
  const seconds = typedSeconds(text);
  const end = (...result: Parameters<typeof onEnd>) => {
    if (ended.current) return;
    ended.current = true;
    onEnd(...result);
  };
  return (
    <input
      className="field c-field num"
      aria-label={`${name}: duration`}
      aria-invalid={wrong}
      title={HOW}
      autoComplete="off"
      // biome-ignore lint/a11y/noAutofocus: the field stands where the focused button stood
      autoFocus
      value={text}
      onFocus={({ target }) => target.setSelectionRange(select ? 0 : target.value.length, target.value.length)}
      onChange={(event) => {
        setText(event.target.value);
        setWrong(false);
      }}
      onBlur={() => {
        if (seconds === undefined && !ended.current) onSay(`“${text}” is no duration. ${HOW}`);
        end(seconds);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') end(undefined, 'Escape');
        if (event.key !== 'Enter' && event.key !== 'Tab') return;
        event.preventDefault();
        if (seconds === undefined) {
          setWrong(true);
          onSay(`“${text}” is no duration. ${HOW}`);
        } else end(seconds, event.shiftKey && event.key === 'Tab' ? 'ArrowLeft' : AFTER[event.key]);
      }}
    />
  );
}
