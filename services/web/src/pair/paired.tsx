import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Copyable } from '../kit/copyable.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { meQuery } from '../me/me.js';
import { commands } from './commands.js';
import { devicesQuery } from './devices.js';

/** The code was allowed; the agent fetches its token within seconds, and then its name is known. */
export function Paired() {
  const cache = useQueryClient();
  const before = useRef(new Set(cache.getQueryData(devicesQuery.queryKey)?.map(({ id }) => id)));
  const fetched = ({ id }: { id: string }) => !before.current.has(id);
  const devices = useQuery({
    ...devicesQuery,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(fetched) ? false : 1_500),
  });
  const device = devices.data?.findLast(fetched);
  useEffect(() => {
    if (device) void cache.invalidateQueries({ queryKey: meQuery.queryKey });
  }, [cache, device]);
  const { grant, run } = commands(window.location.origin);
  return (
    <div className="col g16">
      <h1 id="way-in" tabIndex={-1} ref={focusOnShow}>
        {device ? 'Your computer is paired' : 'You allowed this computer'}
      </h1>
      <div className="card row g12" role="status">
        <IconCircleCheck className="s20" aria-hidden />
        <span className="grow">
          <span className="m">{device?.name ?? 'Waiting for the agent'}</span>
          <br />
          <span className="s t2">
            {device ? 'It sends nothing before you grant a folder and turn a source on.' : 'It asks every few seconds.'}
          </span>
        </span>
      </div>
      <h2>What to type next, on that computer</h2>
      <ol className="pair-steps">
        <li>
          <p className="s t2">Grant a folder: only saves in it are looked at.</p>
          <Copyable text={grant} what="the command that grants a folder" />
        </li>
        <li>
          <p className="s t2">Let the agent run.</p>
          <Copyable text={run} what="the command that runs the agent" />
        </li>
      </ol>
      <Link to="/privacy" className="btn pri lg">
        Choose a first source
      </Link>
    </div>
  );
}
