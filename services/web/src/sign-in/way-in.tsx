import './way-in.css';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Brand } from '../kit/brand.js';

export interface Saying {
  icon: TablerIcon;
  /** The part that stands out. */
  lead?: string;
  text: string;
}

/** A page of its own: what Daybook has to say on one half, what there is to do on the other. */
export function WayIn({
  title,
  sayings,
  above,
  below,
  doFirst,
  children,
}: {
  title: string;
  sayings: readonly Saying[];
  /** Between the title and the sayings. */
  above?: ReactNode;
  below?: ReactNode;
  /** On a phone what there is to do comes first. */
  doFirst?: boolean;
  children: ReactNode;
}) {
  return (
    <main className={`solo ${doFirst ? 'ff' : ''}`}>
      <section className="say" aria-label="About Daybook">
        <Brand />
        <p className="claim">{title}</p>
        {above}
        <ul className="says">
          {sayings.map(({ icon: Icon, lead, text }) => (
            <li key={text}>
              <Icon className="s20" aria-hidden />
              <span>
                {lead && <span className="m">{lead} </span>}
                {text}
              </span>
            </li>
          ))}
        </ul>
        {below}
      </section>
      <section className="do" aria-labelledby="way-in">
        {children}
      </section>
    </main>
  );
}
