import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Bytes of one event as JSON: what the figures in docs/performance.md go by. */
export const EVENT_BYTES = 283;
const WORDS =
  'anchor beacon canvas delta ember fjord gravel harbour island jetty kelp lagoon mast nebula oar pier quay reef sail tide'.split(
    ' ',
  );
const word = () => WORDS[randomInt(WORDS.length)];
/** People work in some folders and on some files for a while, not everywhere at once. */
const FOLDERS = Array.from({ length: 40 }, () => Array.from({ length: 40 }, word).join('/'));
const FILES = Array.from({ length: 300 }, () => `${word()}-${word()}.ts`);

/** A save of a file, its path as long as the size of the event asks for. */
export function saveEvent(at, project = 'kraken') {
  const name = FILES[randomInt(FILES.length)];
  const event = { id: randomBytes(16).toString('base64url'), rev: 0, op: 'put', at, path: '', name };
  const room = EVENT_BYTES - JSON.stringify(event).length - name.length - 1;
  event.path = `${`/home/ada/work/${project}/${FOLDERS[randomInt(FOLDERS.length)]}`.slice(0, room)}/${name}`;
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
