// What was measured of one shape, as rows of text: the goals first.
import { EVENT_BYTES } from './events.mjs';
import { atLeast, atMost, GOALS } from './goals.mjs';
import { total } from './processes.mjs';

const NAMES = {
  daybook: 'Daybook',
  ceiling: 'bare ceiling',
  awServer: 'aw-server',
  wakapi: 'Wakapi',
  kafkajs: 'kafkajs alone',
};
const STORES = ['kafka', 'postgres', 'redis'];
const count = (number) => Math.round(number).toLocaleString('en');
const ms = (number) => number.toFixed(number < 10 ? 2 : 1);

export function tablesOf(shape, measured) {
  const goals = GOALS[shape];
  const { ingest, 'catch-up': catchUp, 'day-view': views } = measured;
  return [
    judged(goals, measured),
    ...(ingest ? [speeds(ingest), costs(shape, ingest)] : []),
    ...(ingest && shape === 'platform' ? [services(measured)] : []),
    ...(catchUp ? [catchUps(catchUp)] : []),
    ...(views ? [dayViews(views)] : []),
  ];
}

function judged(goals, { ingest, 'catch-up': catchUp, 'day-view': views, crash, readiness }) {
  const rows = [
    ...(ingest ? ingestGoals(goals, ingest) : []),
    ...(catchUp
      ? [['G2', 'log → readable, of COPY BINARY', atLeast(catchUp.copied[0].daybookIsTimesAsFast, goals.copy)]]
      : []),
    ...(views ? viewGoals(goals, views) : []),
    ...(ingest ? memoryGoals(goals, ingest) : []),
    ...(readiness
      ? [['G8', 'slowest service to be ready', atMost(largest(readiness), goals.service.ready, 's', 1)]]
      : []),
    ...(crash ? crashGoals(goals, crash) : []),
  ];
  return {
    title: 'Goals',
    rows: [
      ['', 'what', 'measured', 'goal', ''],
      ...rows.map(([name, what, { measured, goal, kept }]) => [name, what, measured, goal, kept ? 'kept' : 'missed']),
    ],
  };
}

function ingestGoals(goals, { summary, bytesPerEvent }) {
  const speed = summary.flatMap(({ connections, sides }) =>
    Object.entries(goals.ingest)
      .filter(([side, wanted]) => sides[side] && wanted[connections])
      .map(([side, wanted]) => [
        'G1',
        `ingest of ${NAMES[side]}, ${connections} connection${connections > 1 ? 's' : ''}`,
        atLeast(sides[side].daybookIsTimesAsFast, wanted[connections]),
      ]),
  );
  const cpu = Math.max(...summary.map(({ sides }) => sides.ceiling.daybookUsesTimesTheCpu));
  return [
    ...speed,
    ['G4', 'CPU per event, of the bare ceiling’s', atMost(cpu, goals.cpuOfCeiling)],
    ['G4', 'stored in log and timeline together', atMost(total(bytesPerEvent), goals.bytes, 'B/event', 0)],
  ];
}

const viewGoals = (goals, { cells, growth }) => [
  ...Object.entries(goals.view).map(([batches, goal]) => {
    const slowest = Math.max(...cells.filter((one) => one.batches === Number(batches)).map((one) => one.p50Ms));
    return ['G3', `day of 500 events from ${batches} batches, p50`, atMost(slowest, goal, 'ms', 1)];
  }),
  ['G3', 'the same, most stored / least', atMost(Math.max(...growth.views.map(({ p50 }) => p50)), goals.flat)],
  ['G10', 'day view p95, most stored / least', atMost(Math.max(...growth.views.map(({ p95 }) => p95)), goals.grows)],
  ['G10', 'CPU per event taken in, most stored / least', atMost(growth.cpuPerEvent, goals.grows)],
];

const largest = (parts) => Math.max(...servicesOf(parts).map(([, one]) => one));

function memoryGoals(goals, { memory, restartSeconds }) {
  if (!goals.service)
    return [
      ['G8', 'memory under load', atMost(total(memory.load), goals.memory, 'MB', 0)],
      ['G8', 'second start', atMost(restartSeconds, goals.restart, 's', 1)],
    ];
  return [
    ['G8', 'memory of the largest service, idle', atMost(largest(memory.idle), goals.service.idle, 'MB', 0)],
    ['G8', 'memory of the largest service, under load', atMost(largest(memory.load), goals.service.load, 'MB', 0)],
  ];
}

const crashGoals = (goals, { kept, of, duplicates, replayIsTimesAsFast }) => [
  ['G9', 'acknowledged, silence, kill -9: kept', atLeast(kept, of, 'events', 0)],
  ['G9', 'stored twice by sending again', atMost(duplicates, 0, 'events', 0)],
  ['G9', 'sending again, of the first rate', atLeast(replayIsTimesAsFast, goals.replay)],
];

function speeds({ summary }) {
  const rows = summary.flatMap(({ connections, sides }) =>
    Object.entries(sides).map(([side, one]) => [
      connections,
      NAMES[side],
      count(one.eventsPerSecond),
      one.range.map(count).join('–'),
      one.cpuPerEvent.toFixed(1),
      one.cpuWithoutPostgres.toFixed(1),
      ms(one.p50Ms),
      ms(one.p99Ms),
      `${one.counted} of ${one.of}`,
      side === 'daybook' ? '' : `${one.daybookIsTimesAsFast.toFixed(2)} ×`,
      side === 'daybook' ? '' : `${one.daybookUsesTimesTheCpu.toFixed(2)} ×`,
    ]),
  );
  const head = ['connections', 'side', 'events/s', 'min–max', 'CPU µs/event', 'without PostgreSQL', 'p50 ms', 'p99 ms'];
  return {
    title: `Durable ingest, batches of 100 events of ${EVENT_BYTES} B; medians, ratios within rounds`,
    rows: [[...head, 'cells that count', 'Daybook is', 'Daybook’s CPU'], ...rows],
  };
}

function costs(shape, { summary, bytesPerEvent, memory, restartSeconds }) {
  const each = (what, digits) => summary[0][what].map((one) => one.toFixed(digits)).join(' – ');
  return {
    title: 'What it costs',
    rows: [
      ['what', 'measured'],
      [
        'stored per event',
        Object.entries(bytesPerEvent)
          .map(([store, bytes]) => `${store} ${bytes} B`)
          .join(', '),
      ],
      ['memory idle, under load, in all', `${total(memory.idle)}, ${total(memory.load)} MB`],
      [shape === 'solo' ? 'second start' : 'second start, stores included', `${restartSeconds.toFixed(1)} s`],
      ['refused with 503 and Retry-After', summary.map(({ sides }) => sides.daybook.refused).join(', ')],
      ['probe: durable 8 KiB write, 10–50–90 %', `${each('syncMs', 2)} ms`],
      ['probe: fixed work, 10–50–90 % (alike on a quiet machine)', `${each('cpuMs', 0)} ms`],
    ],
  };
}

/** By process: `own` is the launcher. */
function services({ ingest: { summary, memory, rest }, readiness }) {
  const rows = Object.keys(memory.load).map((name) => [
    name === 'own' ? 'launcher' : name,
    ...summary.map(({ sides }) => (sides.daybook.cpu[name] ?? 0).toFixed(2)),
    (rest[name] ?? 0).toFixed(0),
    `${memory.idle[name] ?? ''}`,
    `${memory.load[name]}`,
    readiness?.[name] ? readiness[name].toFixed(1) : '',
  ]);
  const head = summary.map(({ connections }) => `CPU µs/event at ${connections}`);
  return {
    title: 'By process',
    rows: [['process', ...head, 'CPU at rest, ms/s', 'MB idle', 'MB under load', 'ready, s'], ...rows],
  };
}
const servicesOf = (parts) => Object.entries(parts).filter(([name]) => name !== 'own' && !STORES.includes(name));

const catchUps = ({ eventsPerSecond, cpuPerEvent, counted, cells, copied }) => ({
  title: 'Log → readable in the store: the timeline reads everything anew, beside COPY BINARY of 100 rows a commit',
  rows: [
    ['side', 'events/s', 'CPU µs/event', 'cells that count', 'Daybook is'],
    ['timeline', count(eventsPerSecond), cpuPerEvent.toFixed(1), `${counted} of ${cells.length}`, ''],
    ...copied.map(({ connections, eventsPerSecond: rate, daybookIsTimesAsFast }) => [
      `COPY, ${connections} connection${connections > 1 ? 's' : ''}`,
      count(rate),
      '',
      '',
      `${daybookIsTimesAsFast.toFixed(2)} ×`,
    ]),
  ],
});

const dayViews = ({ cells, costs: storing }) => ({
  title: 'A day of 500 events, opened and drafted, over HTTP',
  rows: [
    ['stored', 'batches of the day', 'p50 ms', 'p95 ms', 'CPU ms', 'without PostgreSQL', 'CPU µs per event taken in'],
    ...cells.map((one) => [
      count(one.stored),
      one.batches,
      one.p50Ms.toFixed(1),
      one.p95Ms.toFixed(1),
      one.cpuMs.toFixed(1),
      one.cpuWithoutPostgres.toFixed(1),
      storing.find(({ stored }) => stored === one.stored).cpuPerEvent.toFixed(1),
    ]),
  ],
});
