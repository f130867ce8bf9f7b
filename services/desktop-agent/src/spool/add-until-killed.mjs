// Adds saves to a spool for ever and prints the id of each once it is kept. Now and then it closes what is open, as sending does.
// `early` is the planted fault: it acknowledges first and keeps afterwards.
import { writeSync } from 'node:fs';
import { Spool } from '../../dist/spool/spool.js';

const [, , folder, run, order] = process.argv;
const spool = new Spool(folder);
for (let n = 0; ; n++) {
  const events = Array.from({ length: 1 + (n % 3) }, (_, part) => ({
    id: `run-${run}-save-${n}-${part}`,
    rev: 0,
    op: 'put',
    at: '2026-11-24T10:00:00.000Z',
    path: `/clients/${'ä'.repeat(n % 200)}`,
    name: 'plan.md',
  }));
  const acknowledge = () => writeSync(1, events.map(({ id }) => `${id}\n`).join(''));
  if (order === 'early') acknowledge();
  if (n % 7 === 0) spool.addBatches('web', events);
  else spool.add('files', events);
  if (order !== 'early') acknowledge();
  if (n % 5 === 0) spool.closeAll();
}
