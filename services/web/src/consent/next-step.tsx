import type { Consent } from '@daybook/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copyable } from '../kit/copyable.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { meQuery, useMe } from '../me/me.js';
import { todayIn } from '../time/format.js';
import { ConsentReceipt } from './consent-receipt.js';
import type { AgentSource } from './consent-text.js';

/** After switching on: what is still needed on the computer, in words that can be typed. */
export function NextStep({ consent, source, onClose }: { consent: Consent; source: AgentSource; onClose: () => void }) {
  const { timeZone } = useMe();
  const { data: me } = useQuery({ ...meQuery, staleTime: 0 });
  const past = consent.includesPastSince && todayIn(timeZone, new Date(consent.includesPastSince));
  return (
    // The button that was pressed is gone with the question.
    <div className="col g16 next" ref={focusOnShow} tabIndex={-1}>
      <ConsentReceipt consent={consent} />
      {me?.steps.devicePaired ? (
        <section className="col">
          <h3>Next, on your computer</h3>
          <p className="t2">
            {source === 'files'
              ? 'Nothing is looked at until you grant a folder there.'
              : 'Nothing is read until you add a browser profile there.'}
          </p>
          <CommandList lines={commands(source, past)} />
        </section>
      ) : (
        <section className="col">
          <h3>Next: pair a computer</h3>
          <p className="t2">
            No computer is paired yet, so nothing can be remembered. Pairing takes a minute; then you{' '}
            {source === 'files' ? 'grant folders' : 'add browser profiles'} on that computer.
          </p>
          <p>
            <Link className="btn pri" to="/pair" search={{}}>
              Pair a computer
            </Link>
          </p>
        </section>
      )}
      <footer className="row answer">
        <span className="grow" />
        <button type="button" className="btn eq" onClick={onClose}>
          Close
        </button>
      </footer>
    </div>
  );
}

function commands(source: AgentSource, past: string | undefined): string[] {
  return [
    ...(source === 'files'
      ? ['npx daybook-agent grant FOLDER']
      : ['npx daybook-agent browser list', 'npx daybook-agent browser add PROFILE']),
    ...(past ? [`npx daybook-agent import --since ${past}`] : []),
    'npx daybook-agent run',
  ];
}

/** Commands to type on the computer, each with a button that copies it. */
export function CommandList({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="col g4">
      {lines.map((line) => (
        <li key={line}>
          <Copyable text={line} what={line.replace('npx ', '')} />
        </li>
      ))}
    </ul>
  );
}
