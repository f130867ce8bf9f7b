import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Bytes of one event as JSON: what the figures in docs/performance.md go by. */
export const EVENT_BYTES = 283;
const WORDS =
  'anchor beacon canvas delta ember fjord gravel harbour island jetty kelp lagoon mast nebula oar pier quay reef sail tide'.split(
    ' ',
  );
const word = () => WORDS[randomInt(WORDS.length)];

/** A save of a file with a path as long as needed; folders repeat as they do in real work. */
export function saveEvent(at, project = 'kraken') {
  const name = `${word()}-${word()}-${randomInt(1_000)}.ts`;
  const event = { id: randomBytes(16).toString('base64url'), rev: 0, op: 'put', at, path: '', name };
  let folder = `/home/ada/work/${project}`;
  const room = EVENT_BYTES - JSON.stringify(event).length - name.length - 1;
  while (folder.length < room) folder += `/${word()}`;
  event.path = `${folder.slice(0, room)}/${name}`;
  return event;
}

/** The same content in the words of ActivityWatch. */
export const awEvent = ({ id, at, path, name }) => ({
  timestamp: at,
  duration: 0,
  data: { id, path, name, op: 'put', rev: 0 },
});

/**
 * Endless requests out of a few that were made before the clock ran: only the batch id is written anew, so that no batch is one that the
 * server has seen.
 */
export function requestsOf(made) {
  let turn = 0;
  return () => {
    const { bytes, idAt } = made[turn++ % made.length];
    if (idAt > 0) bytes.write(randomUUID(), idAt);
    return bytes;
  };
}
