// The same tables twice: on the terminal, and as Markdown to be put into docs/performance.md.
import { green, red } from '../steps.mjs';
import { tablesOf } from './tables.mjs';

export function print(report) {
  console.log(`\n${whereAndWhen(report)}`);
  for (const [shape, measured] of Object.entries(report.shapes)) {
    console.log(`\n${TITLES[shape].toUpperCase()}`);
    for (const { title, rows } of tablesOf(shape, measured)) {
      console.log(`\n${title}`);
      const text = rows.map((row) => row.map(String));
      const widths = text[0].map((_, column) => Math.max(...text.map((row) => row[column].length)));
      for (const row of text) console.log(judged(row.map((cell, column) => cell.padEnd(widths[column])).join('  ')));
    }
  }
  console.log('\nEvery figure: test-results/bench.json; these tables for docs/performance.md: test-results/bench.md');
}

export function markdown(report) {
  const line = (row) => `| ${row.join(' | ')} |\n`;
  const table = ([head, ...rows]) => line(head) + line(head.map(() => '---')) + rows.map(line).join('');
  return [
    `${whereAndWhen(report)}\n`,
    ...Object.entries(report.shapes).flatMap(([shape, measured]) => [
      `### ${TITLES[shape]}\n`,
      ...tablesOf(shape, measured).map(({ title, rows }) => `**${title}**\n\n${table(rows)}`),
    ]),
  ].join('\n');
}

const TITLES = { solo: 'One process', platform: 'A process per service' };
const whereAndWhen = ({ machine, at, size }) =>
  `${at.slice(0, 16).replace('T', ' ')} UTC, ${size.rounds} rounds: ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`;
const judged = (line) => (/\bmissed\b/.test(line) ? red(line) : /\bkept\b/.test(line) ? green(line) : line);
