import type { Device } from '@daybook/contracts';
import { IconDeviceLaptop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../kit/ask.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast, toastProblem } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { devicesQuery, useRevokeDevice } from '../pair/devices.js';
import { moment } from '../time/format.js';
import { RowsLoading } from './rows-loading.js';
import { Section } from './section.js';

export function ComputersSection() {
  const { timeZone } = useMe();
  const devices = useQuery(devicesQuery);
  const revoke = useRevokeDevice();
  const unpair = async ({ id, name }: Device) => {
    const yes = await ask({
      title: `Unpair ${name}?`,
      text: 'It can send nothing more from this moment. What was remembered stays until you erase it or its time is up. What waits unsent on that computer goes when you run “npx daybook-agent unpair” there.',
      yes: 'Unpair',
      no: 'Keep it paired',
      danger: true,
    });
    if (yes) revoke.mutate(id, { onSuccess: () => toast(`${name} is unpaired`), onError: toastProblem });
  };
  return (
    <Section
      id="computers"
      title="Computers"
      about="Each one may send what you granted there, and read your consents. Nothing else."
    >
      {devices.isLoading && <RowsLoading />}
      <ProblemNote error={devices.error} retry={() => void devices.refetch()} />
      {devices.data?.length === 0 && <p className="t2">No computer is paired.</p>}
      {devices.data && devices.data.length > 0 && (
        <ul className="rows">
          {devices.data.map((device) => (
            <li key={device.id}>
              <IconDeviceLaptop aria-hidden />
              <span className="grow">
                <span className="m">{device.name}</span>
                <small>
                  paired {moment(device.pairedAt, timeZone)}
                  {device.lastUsedAt
                    ? ` · used in the hour of ${moment(device.lastUsedAt, timeZone)}`
                    : ' · not used yet'}
                </small>
              </span>
              <button
                type="button"
                className="btn sm danger"
                aria-label={`Unpair ${device.name}`}
                onClick={() => void unpair(device)}
              >
                Unpair
              </button>
            </li>
          ))}
        </ul>
      )}
      <Link className="btn start" to="/pair">
        Pair a computer
      </Link>
    </Section>
  );
}
