import { PrivacyChip } from '../kit/privacy-chip.js';

/** What a day looks like to its person, and what leaves of it. A picture, hidden from screen readers: the sayings say it. */
export function TwoViews() {
  return (
    <div className="two-views" aria-hidden="true">
      <div className="row">
        <span className="s m">You see your day</span>
        <span className="push">
          <PrivacyChip kind="only" />
        </span>
      </div>
      <div className="rib2">
        {DAY.map(({ project, kind, width, name }) => (
          <span key={name} className={`${project} ${kind}`} style={{ flex: width }}>
            {kind === 'gap' ? '' : name[0]}
          </span>
        ))}
      </div>
      <p className="s t2">stripes are drafts, solid is yours</p>
      <div className="row leaves">
        <span className="s m">What you submit is hours</span>
        <span className="push">
          <PrivacyChip kind="share" />
        </span>
      </div>
      <ul className="sheet hrs">
        {HOURS.map(({ project, name, hours }) => (
          <li key={name}>
            <span className={`mark ${project}`}>{name}</span>
            <span>Project {name}</span>
            <span className="num b push">{hours}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const DAY = [
  { project: 'p-op', kind: 'solid', width: 35, name: 'D1' },
  { project: 'p-mf', kind: 'stripe', width: 95, name: 'A1' },
  { project: 'p-no', kind: 'gap', width: 10, name: '-1' },
  { project: 'p-hm', kind: 'solid', width: 45, name: 'C1' },
  { project: 'p-hm', kind: 'stripe', width: 40, name: 'C2' },
  { project: 'p-no', kind: 'gap', width: 45, name: '-2' },
  { project: 'p-qc', kind: 'stripe', width: 90, name: 'B1' },
  { project: 'p-no', kind: 'stripe', width: 25, name: '?1' },
  { project: 'p-qc', kind: 'solid', width: 55, name: 'B2' },
  { project: 'p-mf', kind: 'stripe', width: 35, name: 'A2' },
];
const HOURS = [
  { project: 'p-mf', name: 'A', hours: '2:10' },
  { project: 'p-qc', name: 'B', hours: '2:25' },
  { project: 'p-hm', name: 'C', hours: '1:25' },
  { project: 'p-op', name: 'D', hours: '0:35' },
];
