import { LaneHead } from './day-lane.js';

const bar = (width: number | string, height = 12) => <span className="sk" style={{ width, height }} />;

/** The day's shape while it is opened. */
export function DaySkeleton() {
  return (
    <div className="day" role="status" aria-label="Opening your day">
      <section className="lane" aria-hidden>
        <LaneHead sources={[]} />
        <div className="skelhours">
          {['08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18'].map((hour) => (
            <div key={hour} className="hr">
              <span>{hour}:00</span>
            </div>
          ))}
        </div>
      </section>
      <section className="list" aria-hidden>
        <div className="colhead">
          <span className="h2">By project</span>
        </div>
        {[2, 1, 2].map((rows, group) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: fixed shapes
          <div className="grp" key={group}>
            <div className="grph">
              {bar(24, 20)}
              {bar(160)}
              <span className="push">{bar(36)}</span>
            </div>
            {Array.from({ length: rows }, (_, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fixed shapes
              <div className="it skel" key={row}>
                {bar(72)}
                <span className="col g4">
                  {bar('46%')}
                  {bar('80%', 10)}
                  {bar('40%', 10)}
                </span>
                {bar(72)}
                {bar(36)}
              </div>
            ))}
          </div>
        ))}
      </section>
      <aside className="detail" aria-hidden>
        <div className="colhead">{bar(140)}</div>
        <div className="sect col g12">
          {bar(88, 10)}
          {bar('100%', 32)}
          {bar('60%', 28)}
        </div>
        <div className="sect col g12 last">
          {bar('92%', 16)}
          {bar('84%', 16)}
          {bar('70%', 16)}
        </div>
      </aside>
    </div>
  );
}
