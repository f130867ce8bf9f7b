import { green, red } from '../steps.mjs';
import { EVENT_BYTES } from './events.mjs';

const NAMES = { daybook: 'Daybook', ceiling: 'bare ceiling', awServer: 'aw-server' };
/** What the figures are held against; docs/performance.md says why. */
const GOALS = {
  ceiling: { 1: 0.8, 16: 0.8 },
  awServer: { 1: 6, 16: 8 },
  cpuOfCeiling: 1.6,
  bytes: 100,
  view: { 20: 7, 200: 40 },
  flat: 1.3,
  restart: 8,
  memory: 450,
};

export function print({ machine, ingest, dayView }) {
  console.log(`\n${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`);
  if (ingest) printIngest(ingest);
  if (dayView) printDayViews(dayView);
  console.log('\nEvery figure: test-results/bench.json');
}

function printIngest({ summary, bytesPerEvent, memory, restartSeconds }) {
  console.log(
    `\nDurable ingest, batches of 100 events of ${EVENT_BYTES} B: medians over the cells that count, ratios within rounds`,
  );
  const rows = [
    [
      'connections',
      'side',
      'events/s',
      'min–max',
      'CPU µs/event',
      'of it its own',
      'p50 ms',
      'p99 ms',
      'cells that count',
      'Daybook is',
      'goal',
    ],
  ];
  for (const { connections, sides } of summary)
    for (const [side, one] of Object.entries(sides)) {
      const goal = GOALS[side]?.[connections];
      rows.push([
        connections,
        NAMES[side],
        count(one.eventsPerSecond),
        one.range.map(count).join('–'),
        one.cpuPerEvent.toFixed(1),
        one.ownCpuPerEvent.toFixed(1),
        one.p50Ms.toFixed(2),
        one.p99Ms.toFixed(2),
        `${one.counted} of ${one.of}`,
        goal ? `${one.daybookIsTimesAsFast.toFixed(2)} ×` : '',
        goal ? judged(one.daybookIsTimesAsFast >= goal, `≥ ${goal} ×`) : '',
      ]);
    }
  table(rows);
  const cpu = summary.map(({ sides }) => sides.ceiling.daybookUsesTimesTheCpu);
  table([
    ['beside', 'measured', 'goal'],
    [
      'CPU of the ceiling',
      cpu.map((one) => `${one.toFixed(2)} ×`).join(', '),
      judged(Math.max(...cpu) <= GOALS.cpuOfCeiling, `≤ ${GOALS.cpuOfCeiling} ×`),
    ],
    [
      'stored, log and timeline',
      `${bytesPerEvent} B/event`,
      judged(bytesPerEvent <= GOALS.bytes, `≤ ${GOALS.bytes} B`),
    ],
    [
      'memory idle, under load',
      `${memory.idleMb}, ${memory.loadMb} MB`,
      judged(memory.loadMb <= GOALS.memory, `≤ ${GOALS.memory} MB`),
    ],
    ['second start', `${restartSeconds.toFixed(1)} s`, judged(restartSeconds <= GOALS.restart, `≤ ${GOALS.restart} s`)],
    ['durable 8 KiB write, 10–50–90 %', `${summary[0].syncMs.map((one) => one.toFixed(2)).join(' – ')} ms`, ''],
    [
      'fixed work, 10–50–90 % (a quiet machine: all alike)',
      `${summary[0].cpuMs.map((one) => one.toFixed(0)).join(' – ')} ms`,
      '',
    ],
    ['refused with 503 and Retry-After', summary.map(({ sides }) => sides.daybook.refused).join(', '), ''],
  ]);
}

function printDayViews({ cells, flat }) {
  console.log('\nA day of 500 events, opened and drafted, over HTTP');
  table([
    ['stored', 'batches of the day', 'p50 ms', 'p95 ms', 'CPU ms', 'goal (p50)'],
    ...cells.map((one) => [
      count(one.stored),
      one.batches,
      one.p50Ms.toFixed(1),
      one.p95Ms.toFixed(1),
      one.cpuMs.toFixed(1),
      judged(one.p50Ms <= GOALS.view[one.batches], `≤ ${GOALS.view[one.batches]}`),
    ]),
    ...flat.map(({ batches, ratio }) => [
      'all',
      batches,
      `${ratio.toFixed(2)} ×`,
      '',
      '',
      judged(ratio <= GOALS.flat, `≤ ${GOALS.flat} ×`),
    ]),
  ]);
}

const count = (number) => Math.round(number).toLocaleString('en');
const judged = (kept, goal) => (kept ? green(`${goal} kept`) : red(`${goal} missed`));

function table(rows) {
  const text = rows.map((row) => row.map(String));
  const widths = text[0].map((_, column) => Math.max(...text.map((row) => (row[column] ?? '').length)));
  for (const row of text) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
}
