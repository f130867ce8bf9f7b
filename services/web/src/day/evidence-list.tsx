import type { ActivityItem } from '@daybook/contracts';
import { IconChevronDown } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { clock, counted } from '../time/format.js';
import { placeOf } from './because.js';

const FIRST = 6;

/** Traces, item by item: what a draft is made of, or what belongs to none. Each can be forgotten, for good. */
export function EvidenceList({
  heading = 'What it is drafted from',
  items,
  onForget,
}: {
  heading?: string;
  items: readonly ActivityItem[];
  onForget: (item: ActivityItem) => void;
}) {
  const [all, setAll] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const shown = all ? items : items.slice(0, FIRST);
  const forget = (item: ActivityItem, n: number) => {
    onForget(item);
    // The row goes; the focus stays in the list.
    const buttons = list.current?.querySelectorAll('button');
    (buttons?.[n + 1] ?? buttons?.[n - 1])?.focus();
  };
  return (
    <div className="sect last">
      <h3>
        {heading}
        <span className="push regular">{counted(items.length, 'trace')}</span>
      </h3>
      <ul className="ev" ref={list}>
        {shown.map((item, n) => {
          const { icon: Icon, name } = SOURCE_WORDS[item.source];
          return (
            <li key={item.id}>
              <time>{clock(item.start)}</time>
              <Icon className="s14" role="img" aria-label={name} />
              <span className="clip" title={item.title}>
                {item.title}
                {item.count > 1 && <span className="t3"> ×{item.count}</span>}
              </span>
              <span className="sub clip" title={placeOf(item)}>
                <bdi>{placeOf(item)}</bdi>
              </span>
              <button
                type="button"
                className="link"
                aria-label={`Forget this for good: ${item.title}, ${clock(item.start)}`}
                onClick={() => forget(item, n)}
              >
                forget this
              </button>
            </li>
          );
        })}
      </ul>
      {items.length > FIRST && !all && (
        <button type="button" className="btn sm ghost more" onClick={() => setAll(true)}>
          <IconChevronDown aria-hidden />
          Show {items.length - FIRST} more
        </button>
      )}
      <p className="s t3 forgetting">“Forget this” deletes a trace at once and for good: there is no undo.</p>
    </div>
  );
}
