import type { DayView } from '@daybook/contracts';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { ProjectMark } from '../projects/project-mark.js';
import { ProjectName } from '../projects/project-name.js';
import { useProjects } from '../projects/projects.js';
import { counted, duration } from '../time/format.js';
import { DayRow } from './day-row.js';
import type { Group } from './rows.js';

interface DayListProps {
  groups: readonly Group[];
  decided: DayView['decided'];
  selected: string | undefined;
  filter: string;
  filterField: RefObject<HTMLInputElement | null>;
  /** Whether the focus was here last. */
  held: RefObject<boolean>;
  singleKeys: boolean;
  onFilter: (text: string) => void;
  onOpen: (key: string) => void;
  onFocus: (key: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** Below the groups: what was set aside. */
  children?: ReactNode;
}

/** Answers whether there is such a row. */
export function focusRow(key: string | undefined): boolean {
  const row = key ? document.getElementById(key) : null;
  row?.focus();
  return row !== null;
}

/** Everything of the day by project. Keys act here; the focus follows the selection once it was here. */
export function DayList(props: DayListProps) {
  const {
    groups,
    decided,
    selected,
    filter,
    filterField,
    held,
    singleKeys,
    onFilter,
    onOpen,
    onFocus,
    onKeyDown,
    children,
  } = props;
  const { byId } = useProjects();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(false);
  const order = groups.flatMap((group) => group.rows.map((row) => row.key));
  const shape = order.join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another shape of the list is a reason to look again
  useEffect(() => {
    // The focused row may just have become an entry, or moved to another project: the focus goes where the selection is.
    const lost = document.activeElement === document.body && held.current;
    const inside = document.activeElement?.closest('.rows, .lane');
    if (!lost && !inside) return;
    if (!focusRow(selected) && shown.current) heading.current?.focus();
    shown.current = true;
  }, [selected, shape]);

  const stop = order.includes(selected ?? '') ? selected : order[0];
  return (
    <section className="list" aria-label="Drafts and entries">
      <div className="colhead">
        <h2 ref={heading} tabIndex={-1} onKeyDown={onKeyDown}>
          By project
        </h2>
        <label className="filter push">
          <IconSearch aria-hidden />
          <span className="vh">Filter</span>
          <input
            ref={filterField}
            type="search"
            placeholder="Filter"
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') onFilter('');
              if (event.key === 'Escape' || event.key === 'Enter') focusRow(stop);
            }}
          />
          {singleKeys && <kbd aria-hidden>/</kbd>}
        </label>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys reach it from its rows */}
      <div
        className="scroll rows"
        onKeyDown={onKeyDown}
        onFocus={() => {
          held.current = true;
        }}
        onPointerDown={() => {
          held.current = true;
        }}
      >
        {filter && order.length === 0 && <p className="t2 nothing">Nothing here matches “{filter}”.</p>}
        {groups.map(({ project: id, rows, seconds }) => {
          const project = id && byId.get(id);
          const drafts = rows.filter((row) => row.kind === 'draft').length;
          const counts = [
            drafts && counted(drafts, 'draft'),
            rows.length - drafts && counted(rows.length - drafts, 'entry', 'entries'),
          ].filter(Boolean);
          return (
            <section
              key={id ?? 'none'}
              className={`grp p-${project ? project.colour : 'no'}`}
              aria-label={project ? project.name : 'No project yet'}
            >
              <div className="grph">
                <ProjectMark project={project || undefined} />
                <h3 className="clip">
                  <ProjectName project={project || undefined} />
                </h3>
                <span className="s t3 hide-s nw">{counts.join(', ')}</span>
                <span className="dur">{duration(seconds)}</span>
              </div>
              <ul>
                {rows.map((row) => (
                  <DayRow
                    key={row.key}
                    row={row}
                    project={project || undefined}
                    decided={decided}
                    selected={row.key === selected}
                    stop={row.key === stop}
                    onOpen={onOpen}
                    onFocus={onFocus}
                  />
                ))}
              </ul>
            </section>
          );
        })}
        {children}
      </div>
      {singleKeys && (
        <div className="keys" aria-hidden>
          <span>
            <kbd>j</kbd>
            <kbd>k</kbd>move
          </span>
          <span>
            <kbd>Enter</kbd>accept
          </span>
          <span>
            <kbd>1</kbd>–<kbd>5</kbd>project
          </span>
          <span>
            <kbd>i</kbd>ignore
          </span>
          <span>
            <kbd>u</kbd>undo
          </span>
          <span className="push">
            <kbd>?</kbd>all keys
          </span>
        </div>
      )}
    </section>
  );
}
