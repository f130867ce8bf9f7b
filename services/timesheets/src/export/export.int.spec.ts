import type { MemberActor, ProjectRef } from '@daybook/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimesheetsHarness, TODAY, WEEK } from '../timesheets-harness.js';
import { inert } from './entry-csv.js';

let sheets: TimesheetsHarness;
let ada: MemberActor;
let project: ProjectRef;
beforeAll(async () => {
  sheets = await TimesheetsHarness.start();
});
afterAll(() => sheets.stop());
beforeEach(async () => {
  ada = sheets.newMember();
  project = await sheets.project(ada);
});

const exported = (query = `from=${TODAY}&to=${TODAY}`, actor = ada) =>
  sheets.request(actor, 'GET', `/v1/exports/entries.csv?${query}`);
const HEADER = 'date,start,end,seconds,client,project,task,note,billable,state';

/** RFC 4180, read by hand so that no library vouches for itself. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let fields: string[] = [];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
    const [, field = '', end] = match;
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',') continue;
    rows.push(fields);
    fields = [];
  }
  return rows;
}

describe('the CSV export', () => {
  it('has these columns, names, times with the person’s own offset, and the same seconds', async () => {
    const client = (await sheets.request(ada, 'POST', '/v1/clients', { name: 'Acme' })).body.id;
    const named = await sheets.project(ada, { name: 'Kraken', client });
    const task = (await sheets.request(ada, 'POST', '/v1/tasks', { project: named, name: 'Design' })).body.id;
    const [start, end] = [`${TODAY}T09:00:00+01:00`, `${TODAY}T10:30:00+01:00`];
    await sheets.entry(ada, named, { start, end, seconds: 5_400, task, note: 'review' });
    await sheets.entry(ada, project, { billable: false });
    await sheets.request(ada, 'POST', `/v1/timesheets/${WEEK}/submit`);
    const answer = await exported();
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="daybook-${TODAY}-${TODAY}.csv"`,
    });
    expect(answer.text).toBe(
      [
        `\uFEFF${HEADER}`,
        `${TODAY},${start},${end},5400,Acme,Kraken,Design,review,true,submitted`,
        `${TODAY},,,3600,,Kraken,,,false,submitted\r\n`,
      ].join('\r\n'),
    );
  });

  it('quotes what needs it, so that it reads back as it was', async () => {
    const notes = [
      'plain',
      'a, b',
      'say "hi"',
      'two\nlines',
      'two\r\nlines',
      'old\rmac',
      '東京 · é',
      '"',
      ',',
      ' spaces ',
    ];
    for (const note of notes) await sheets.entry(ada, project, { note });
    const rows = parse((await exported()).text);
    expect(rows[0]?.join(',')).toBe(`\uFEFF${HEADER}`);
    expect(rows.slice(1).every((row) => row.length === 10)).toBe(true);
    expect(
      rows
        .slice(1)
        .map((row) => row[7])
        .sort(),
    ).toEqual([...notes].sort());
  });

  it('runs nothing in a spreadsheet, whoever named the client, the project, the task or the note', async () => {
    const formula = '=HYPERLINK("http://evil.example","x")';
    const client = (await sheets.request(ada, 'POST', '/v1/clients', { name: `@${formula}` })).body.id;
    const named = await sheets.project(ada, { name: `+${formula}`, client });
    const task = (await sheets.request(ada, 'POST', '/v1/tasks', { project: named, name: `-${formula}` })).body.id;
    await sheets.entry(ada, named, { task, note: formula });
    const [, row] = parse((await exported()).text);
    expect(row?.slice(4, 8)).toEqual([`'@${formula}`, `'+${formula}`, `'-${formula}`, `'${formula}`]);
  });

  it.each(['=1', '+1', '-1', '@a', '\t=1', '\r=1', '\n=1', '  =1', '\u200b=1', '\u00a0=1', '＝1', '＋1', '－1', '＠a'])(
    'makes text of %j',
    (text) => expect(inert(text)).toBe(`'${text}`),
  );
  it.each(['a=1', '1-2', 'a@b', '', '·', "'=1", '(-1)'])('leaves %j', (text) => expect(inert(text)).toBe(text));

  it('goes on over many pages, in order, each entry once, and is only one’s own', async () => {
    const bob = sheets.newMember(ada.org);
    await sheets.entry(bob, project, { note: 'of Bob' });
    await sheets.database.query(
      `INSERT INTO entry (member, id, org, week, day, seconds, project, billable)
       SELECT $1, lpad(to_hex(n), 22, 'A'), $2, '2026-W01', date '2026-01-01' + n % 300, n, $3, true FROM generate_series(1, 1300) n`,
      [ada.member, ada.org, project],
    );
    const { text } = await exported('from=2026-01-01&to=2026-12-31');
    const rows = parse(text).slice(1);
    expect(rows.map((row) => row[0])).toEqual(rows.map((row) => row[0]).sort());
    expect(new Set(rows.map((row) => row[3])).size).toBe(1_300);
    expect([rows.length, text.includes('of Bob'), (await exported(undefined, bob)).text.includes('of Bob')]).toEqual([
      1_300,
      false,
      true,
    ]);
  });

  it.each(['', 'from=2026-11-24', 'from=2026-11-30&to=2026-11-01', 'from=1950-01-01&to=2026-01-01'])(
    'refuses "%s"',
    async (query) => {
      expect((await exported(query)).status).toBe(422);
    },
  );
});
