import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiProblem } from '../api/client.js';

/** What went wrong, in words, with a way on. */
export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  return (
    <div className="note bad" role="alert">
      <IconAlertTriangle aria-hidden />
      <p className="grow">{problemText(error)}</p>
      {retry && (
        <button type="button" className="btn sm" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function problemText(error: unknown): string {
  if (!(error instanceof ApiProblem)) return 'Something broke in this page. Load it again; nothing was lost.';
  if (error.status === 0) return error.message;
  if (error.status === 429) return `Too many tries. Wait ${error.retryAfter ?? 60} seconds, then try again.`;
  if (error.status >= 500) return 'Daybook could not do that just now. Nothing was lost; try again in a moment.';
  return error.detail ?? error.title;
}
