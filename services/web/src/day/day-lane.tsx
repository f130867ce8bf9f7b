import type { DayView, Source } from '@daybook/contracts';
import type { Interval } from '@daybook/timekeeping';
import { IconCoffee } from '@tabler/icons-react';
import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from 'react';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { useProjects } from '../projects/projects.js';
import { clock, duration } from '../time/format.js';
import { draftTitle } from './because.js';
import { instantOf } from './five-minutes.js';
import { awayGaps, hourLines, intervalOf, laneWindow, PX, sideBySide, tracePaths } from './lane-layout.js';
import type { Row } from './rows.js';

const NOTHING: DayView['activity'] = [];

interface DayLaneProps {
  day: DayView['day'];
  zone: string;
  rows: readonly Row[];
  activity?: DayView['activity'];
  ignored?: DayView['decided'];
  /** The traces of this day were deleted. */
  gone?: boolean;
  selected: string | undefined;
  now: number | undefined;
  onSelect: (key: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** The day along its hours: traces per source, drafts striped, entries solid, and a red rule for now. */
export function DayLane({
  day,
  zone,
  rows,
  activity = NOTHING,
  ignored = [],
  gone = false,
  selected,
  now,
  onSelect,
  onKeyDown,
}: DayLaneProps) {
  const { byId } = useProjects();
  const scroll = useRef<HTMLElement>(null);
  const blocks = useMemo(
    () =>
      rows.flatMap((row) => (row.start && row.end ? [{ row, ...intervalOf({ start: row.start, end: row.end }) }] : [])),
    [rows],
  );
  const traces = useMemo(() => activity.map(intervalOf), [activity]);
  const window = useMemo(
    () => laneWindow(zone, day, [...blocks, ...traces, ...(now ? [{ start: now, end: now }] : [])]),
    [zone, day, blocks, traces, now],
  );
  // Without activity to look at, nobody knows whether somebody was away.
  const away = activity === NOTHING ? [] : awayGaps(blocks, traces);
  const y = (at: number) => (at - window.start) * PX;
  const first = blocks[0] ? Math.min(...blocks.map((block) => block.start)) : (now ?? window.start);
  const top = Math.max(0, y(first) - 72);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where it opens; afterwards the person scrolls
  useEffect(() => {
    scroll.current?.scrollTo({ top });
  }, []);
  const sources = useMemo(() => [...new Set(activity.map((item) => item.source))], [activity]);

  return (
    <section className="lane" aria-label="Time lane" onKeyDown={onKeyDown}>
      <LaneHead sources={sources} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard */}
      <section className="scroll" ref={scroll} tabIndex={0} aria-label="Hours">
        <div className="lanegrid" style={{ height: (window.end - window.start) * PX }}>
          {hourLines(zone, window).map(({ at, label }) => (
            <div key={at} className="hr" style={{ top: y(at) }}>
              <span>{label}</span>
            </div>
          ))}
          {gone && <div className="trace gone" />}
          <Traces activity={activity} window={window} sources={sources} />
          <div className="blocks">
            {away.map(({ start, end }) => (
              <div key={start} className="idle" style={{ top: y(start) + 1, height: (end - start) * PX - 2 }}>
                {end - start >= 900_000 && (
                  <>
                    <IconCoffee className="s12" aria-hidden />
                    Away {duration((end - start) / 1_000)}
                  </>
                )}
              </div>
            ))}
            {ignored.map(({ id, start, end, seconds }) => (
              <div
                key={id}
                className="idle"
                style={{
                  top: y(Date.parse(start)) + 1,
                  height: Math.max(12, (Date.parse(end) - Date.parse(start)) * PX - 2),
                }}
              >
                Ignored {duration(seconds)}
              </div>
            ))}
            {sideBySide(blocks).map(({ block: { row, start, end }, column, columns }) => (
              <Block
                key={row.key}
                row={row}
                mark={row.project ? byId.get(row.project) : undefined}
                box={{
                  top: y(start) + 1,
                  height: Math.max(5, (end - start) * PX - 1),
                  left: `${(column / columns) * 100}%`,
                  width: `calc(${100 / columns}% - ${columns > 1 ? 2 : 0}px)`,
                }}
                selected={row.key === selected}
                onSelect={onSelect}
              />
            ))}
          </div>
          {now !== undefined && (
            <div className="now" style={{ top: y(now) }}>
              <span className="nowt">{clock(instantOf(zone, now))}</span>
            </div>
          )}
        </div>
      </section>
    </section>
  );
}

export function LaneHead({ sources }: { sources: readonly Source[] }) {
  return (
    <div className="lanehead">
      <span />
      <span className="ic">
        {sources.slice(0, 4).map((source) => {
          const { icon: Icon, name } = SOURCE_WORDS[source];
          return <Icon key={source} className="s12" role="img" aria-label={name} />;
        })}
      </span>
      <span>Traces and entries</span>
    </div>
  );
}

/** One path per source, drawn again only when the activity changes. */
const Traces = memo(function Traces({
  activity,
  window,
  sources,
}: {
  activity: DayView['activity'];
  window: Interval;
  sources: readonly Source[];
}) {
  const paths = tracePaths(activity, window);
  const height = (window.end - window.start) * PX;
  return (
    <div className="trace" aria-hidden>
      {sources.slice(0, 4).map((source) => (
        <svg key={source} width="12" height={height} aria-hidden="true">
          <path d={paths.get(source)} />
        </svg>
      ))}
    </div>
  );
});

function Block({
  row,
  mark,
  box,
  selected,
  onSelect,
}: {
  row: Row;
  mark: { initials: string; colour: string; name: string } | undefined;
  box: { top: number; height: number; left: string; width: string };
  selected: boolean;
  onSelect: (key: string) => void;
}) {
  const title = row.kind === 'draft' ? draftTitle(row.evidence) : row.entry.note || mark?.name || '';
  const times = `${clock(row.start ?? '')}–${clock(row.end ?? '')}`;
  const size = box.height < 11 ? 'sliver' : box.height < 18 ? 'tiny' : box.height < 40 ? 'one' : '';
  const look = row.kind === 'draft' ? 'stripe' : 'solid';
  return (
    <button
      type="button"
      className={`blk p-${mark ? mark.colour : 'no'} ${look} ${size} ${mark ? '' : 'unk'} ${selected ? 'sel' : ''}`}
      style={box}
      tabIndex={selected ? 0 : -1}
      aria-current={selected || undefined}
      onClick={() => onSelect(row.key)}
    >
      <span className="vh">{row.kind === 'draft' ? 'Draft' : 'Entry'}: </span>
      <span className={size === 'sliver' ? 'vh' : 'l'}>
        <b aria-hidden>{mark ? mark.initials : '?'}</b>
        <span className="clip">{title}</span>
        <span className="dur">{duration(row.seconds)}</span>
      </span>
      <span className={size ? 'vh' : 'xs num'}>{times}</span>
      <span className="vh">{mark ? mark.name : 'no project yet'}</span>
    </button>
  );
}
