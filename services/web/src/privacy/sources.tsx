import type { Source } from '@daybook/contracts';
import { useConsents } from '../consent/consents.js';
import { SourceRow } from '../consent/source-row.js';
import { AGENT_SOURCES } from '../consent/source-words.js';
import { ProblemNote } from '../kit/problem-note.js';

/** Every source that can be switched on, each on its own (P5). */
export function Sources({ onErase }: { onErase: (source: Source) => void }) {
  const { all, loading, error } = useConsents();
  const count = all.filter((one) => one.state !== 'off').length;
  return (
    <section id="sources" aria-labelledby="sources-title">
      <div className="row wrap top">
        <h2 id="sources-title">Sources</h2>
        <span className="s t2">each on its own, each off until you switch it on</span>
        {all.length > 0 && (
          <span className="push s t2 hide-s">
            {count} of {AGENT_SOURCES.length} on; nobody else can tell
          </span>
        )}
      </div>
      {loading ? (
        <div role="status" aria-label="Loading sources">
          <span className="sk" style={{ height: 114, width: '100%' }} />
        </div>
      ) : all.length === 0 ? (
        <ProblemNote error={error} retry={() => window.location.reload()} />
      ) : (
        <ul className="consents">
          {AGENT_SOURCES.map((source) => {
            const consent = all.find((one) => one.source === source);
            return (
              consent && <SourceRow key={source} source={source} consent={consent} onErase={() => onErase(source)} />
            );
          })}
        </ul>
      )}
      <p className="s t2 later">
        Gmail, Google Calendar, Trello and Slack come later, each with a question of its own. This version reads none of
        them.
      </p>
    </section>
  );
}
