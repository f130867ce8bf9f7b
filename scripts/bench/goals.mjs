// What the figures are held against, by shape; docs/performance.md says why. A goal that is not there is not judged.
const BOTH = {
  cpuOfCeiling: 1.6,
  bytes: 100,
  copy: 1,
  view: { 20: 7, 200: 40 },
  flat: 1.3,
  grows: 1.2,
  replay: 0.8,
};

export const GOALS = {
  solo: {
    ...BOTH,
    ingest: { ceiling: { 1: 0.8, 16: 0.8 }, awServer: { 1: 6, 16: 8 }, wakapi: { 16: 4 } },
    restart: 8,
    memory: 450,
  },
  platform: {
    ...BOTH,
    ingest: { ceiling: { 1: 0.6, 16: 0.6 } },
    cpuOfCeiling: 2.2,
    service: { idle: 130, load: 200, ready: 2.5 },
  },
};

export const atLeast = (value, goal, unit = '×', digits = 2) =>
  judge(value >= goal, `≥ ${goal} ${unit}`, value, digits);
export const atMost = (value, goal, unit = '×', digits = 2) => judge(value <= goal, `≤ ${goal} ${unit}`, value, digits);
const judge = (kept, goal, value, digits) => ({
  kept,
  goal,
  measured: `${value.toFixed(digits)} ${goal.split(' ').at(-1)}`,
});
