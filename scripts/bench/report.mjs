// The same tables twice: on the terminal, and as Markdown to be put into docs/performance.md.
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

export function print(report) {
  console.log(`\n${whereAndWhen(report)}`);
  for (const { title, rows } of tables(report)) {
    console.log(`\n${title}`);
    const text = rows.map((row) => row.map(String));
    const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
    for (const row of text) console.log(judged(row.map((cell, column) => cell.padEnd(widths[column])).join('  ')));
  }
  console.log('\nEvery figure: test-results/bench.json; these tables for docs/performance.md: test-results/bench.md');
}

export function markdown(report) {
  const line = (row) => `| ${row.join(' | ')} |\n`;
  const table = ([head, ...rows]) => line(head) + line(head.map(() => '---')) + rows.map(line).join('');
  return [
    `${whereAndWhen(report)}\n`,
    ...tables(report).map(({ title, rows }) => `**${title}**\n\n${table(rows)}`),
  ].join('\n');
}

const whereAndWhen = ({ machine, at, size }) =>
  `${at.slice(0, 16).replace('T', ' ')} UTC, ${size.rounds} rounds: ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`;

const tables = ({ ingest, dayView }) => [
  ...(ingest ? [speeds(ingest), costs(ingest)] : []),
  ...(dayView ? [views(dayView)] : []),
];

function speeds({ summary }) {
  const rows = summary.flatMap(({ connections, sides }) =>
    Object.entries(sides).map(([side, one]) => {
      const goal = GOALS[side]?.[connections];
      const times = one.daybookIsTimesAsFast;
      return [
        connections,
        NAMES[side],
        count(one.eventsPerSecond),
        one.range.map(count).join('–'),
        one.cpuPerEvent.toFixed(1),
        one.ownCpuPerEvent.toFixed(1),
        one.p50Ms.toFixed(2),
        one.p99Ms.toFixed(2),
        `${one.counted} of ${one.of}`,
        goal ? `${times.toFixed(2)} ×` : '',
        goal ? verdict(times >= goal, `≥ ${goal} ×`) : '',
      ];
    }),
  );
  const head = [
    'connections',
    'side',
    'events/s',
    'min–max',
    'CPU µs/event',
    'without PostgreSQL',
    'p50 ms',
    'p99 ms',
    'cells that count',
    'Daybook is',
    'goal',
  ];
  return {
    title: `Durable ingest, batches of 100 events of ${EVENT_BYTES} B; medians, ratios within rounds`,
    rows: [head, ...rows],
  };
}

function costs({ summary, bytesPerEvent, memory, restartSeconds }) {
  const cpu = summary.map(({ sides }) => sides.ceiling.daybookUsesTimesTheCpu);
  const each = (what, digits) => summary[0][what].map((one) => one.toFixed(digits)).join(' – ');
  const refused = summary.map(({ sides }) => sides.daybook.refused).join(', ');
  return {
    title: 'What it costs',
    rows: [
      ['what', 'measured', 'goal'],
      [
        'CPU, times the ceiling’s',
        cpu.map((one) => `${one.toFixed(2)} ×`).join(', '),
        verdict(Math.max(...cpu) <= GOALS.cpuOfCeiling, `≤ ${GOALS.cpuOfCeiling} ×`),
      ],
      [
        'stored, in log and timeline together',
        `${bytesPerEvent} B/event`,
        verdict(bytesPerEvent <= GOALS.bytes, `≤ ${GOALS.bytes} B`),
      ],
      [
        'memory idle, under load',
        `${memory.idleMb}, ${memory.loadMb} MB`,
        verdict(memory.loadMb <= GOALS.memory, `≤ ${GOALS.memory} MB`),
      ],
      [
        'second start',
        `${restartSeconds.toFixed(1)} s`,
        verdict(restartSeconds <= GOALS.restart, `≤ ${GOALS.restart} s`),
      ],
      ['refused with 503 and Retry-After', refused, ''],
      ['probe: durable 8 KiB write, 10–50–90 %', `${each('syncMs', 2)} ms`, ''],
      ['probe: fixed work, 10–50–90 % (alike on a quiet machine)', `${each('cpuMs', 0)} ms`, ''],
    ],
  };
}

function views({ cells, flat }) {
  const rows = cells.map((one) => {
    const goal = GOALS.view[one.batches];
    return [
      count(one.stored),
      one.batches,
      one.p50Ms.toFixed(1),
      one.p95Ms.toFixed(1),
      one.cpuMs.toFixed(1),
      one.ownCpuMs.toFixed(1),
      verdict(one.p50Ms <= goal, `≤ ${goal} ms`),
    ];
  });
  const growth = flat.map(({ batches, ratio }) => [
    'most / least',
    batches,
    `${ratio.toFixed(2)} ×`,
    '',
    '',
    '',
    verdict(ratio <= GOALS.flat, `≤ ${GOALS.flat} ×`),
  ]);
  const head = ['stored', 'batches of the day', 'p50 ms', 'p95 ms', 'CPU ms', 'without PostgreSQL', 'goal (p50)'];
  return { title: 'A day of 500 events, opened and drafted, over HTTP', rows: [head, ...rows, ...growth] };
}

const count = (number) => Math.round(number).toLocaleString('en');
const verdict = (kept, goal) => `${goal} ${kept ? 'kept' : 'missed'}`;
const judged = (line) => (/\bmissed\b/.test(line) ? red(line) : /\bkept\b/.test(line) ? green(line) : line);
