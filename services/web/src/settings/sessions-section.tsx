import { IconBrowser } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast, toastProblem } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { moment } from '../time/format.js';
import { browserName } from './browser-name.js';
import { RowsLoading } from './rows-loading.js';
import { Section } from './section.js';
import { sessionsQuery } from './sessions.js';

/** Where the person is signed in. */
export function SessionsSection() {
  const { timeZone } = useMe();
  const cache = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (ids: string[]) => Promise.all(ids.map((id) => api('DELETE', `/v1/me/sessions/${id}`))),
    onSuccess: (_, ids) => toast(ids.length === 1 ? 'That browser is signed out' : 'The other browsers are signed out'),
    onError: toastProblem,
    onSettled: () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const others = sessions.data?.filter(({ current }) => !current) ?? [];
  return (
    <Section id="sessions" title="Browsers" about="Where you are signed in. A sign-in ends by itself after a week.">
      {sessions.isLoading && <RowsLoading />}
      <ProblemNote error={sessions.error} retry={() => void sessions.refetch()} />
      {sessions.data && (
        <ul className="rows">
          {sessions.data.map((session) => (
            <li key={session.id}>
              <IconBrowser aria-hidden />
              <span className="grow">
                <span className="m">{browserName(session.browser)}</span>
                <small>since {moment(session.startedAt, timeZone)}</small>
              </span>
              {session.current ? (
                <span className="tag acc">this one</span>
              ) : (
                <button
                  type="button"
                  className="btn sm"
                  aria-label={`Sign out ${browserName(session.browser)}, since ${moment(session.startedAt, timeZone)}`}
                  disabled={end.isPending}
                  onClick={() => end.mutate([session.id])}
                >
                  Sign out
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.length > 1 && (
        <button
          type="button"
          className="btn start"
          disabled={end.isPending}
          onClick={() => end.mutate(others.map(({ id }) => id))}
        >
          Sign out the {others.length} others
        </button>
      )}
    </Section>
  );
}
