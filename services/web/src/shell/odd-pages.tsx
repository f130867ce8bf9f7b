import type { ErrorComponentProps } from '@tanstack/react-router';
import { isProblem } from '../api/client.js';
import { Brand } from '../kit/brand.js';
import { problemText } from '../kit/problem-note.js';

export function MissingPage() {
  return (
    <main className="pagebody">
      <Brand />
      <h1>There is no such page</h1>
      <p className="t2">The address may be old or mistyped.</p>
      <p>
        <a className="btn" href="/">
          Go to today
        </a>
      </p>
    </main>
  );
}

export function CrashPage({ error }: ErrorComponentProps) {
  const offline = isProblem(error, 'offline');
  return (
    <div className="pagebody" role="alert">
      <Brand />
      <h1>{offline ? 'Daybook cannot be reached' : 'This page broke'}</h1>
      <p className="t2">{problemText(error)}</p>
      <p>
        <button type="button" className="btn pri" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </p>
    </div>
  );
}
