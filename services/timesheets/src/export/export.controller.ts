import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CSV_COLUMNS, Day, type Entry, type MemberActor } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { addDays } from '@daybook/timekeeping';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Catalogue } from '../catalogue/catalogue.js';
import { CLIENTS, TASKS } from '../catalogue/tokens.js';
import { Entries } from '../entry/entries.js';
import { Projects } from '../project/projects.js';

const Range = z
  .object({ from: Day, to: Day })
  .refine((range) => range.from <= range.to && addDays(range.from, 3_660) >= range.to, {
    path: ['to'],
    message: 'from is before to, and at most ten years',
  });

@Controller('v1/exports')
@For('member')
export class ExportController {
  constructor(
    @Inject(Entries) private readonly entries: Entries,
    @Inject(Projects) private readonly projects: Projects,
    @Inject(CLIENTS) private readonly clients: Catalogue,
    @Inject(TASKS) private readonly tasks: Catalogue,
  ) {}

  @Get('entries.csv')
  @Answers(200, undefined, 'UTF-8 CSV, one row per entry')
  @Refuses(401, 422)
  async csv(
    @TheActor() actor: MemberActor,
    @Query({ schema: Range }) { from, to }: z.infer<typeof Range>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const names = await this.names(actor);
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="daybook-${from}-${to}.csv"`,
    });
    await pipeline(
      Readable.from(this.rows(actor, from, to, names)),
      stringify({ header: true, columns: [...CSV_COLUMNS], record_delimiter: 'windows' }),
      reply.raw,
    );
  }

  private async *rows(actor: MemberActor, from: Day, to: Day, names: Map<string, string>): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    do {
      const page = await this.entries.list(actor, from, to, cursor);
      for (const entry of page.items) yield row(entry, names);
      cursor = page.next;
    } while (cursor);
  }

  /** Names by reference; a project's client under `client of <project>`. */
  private async names(actor: MemberActor): Promise<Map<string, string>> {
    const [projects, clients, tasks] = await Promise.all([
      this.projects.list(actor),
      this.clients.list(actor),
      this.tasks.list(actor),
    ]);
    const names = new Map([...projects, ...clients, ...tasks].map((one) => [one.id as string, one.name]));
    for (const project of projects)
      if (project.client) names.set(`client of ${project.id}`, names.get(project.client) ?? '');
    return names;
  }
}

const row = (entry: Entry, names: Map<string, string>): string[] => [
  entry.day,
  entry.start ?? '',
  entry.end ?? '',
  String(entry.seconds),
  inert(names.get(`client of ${entry.project}`) ?? ''),
  inert(names.get(entry.project) ?? ''),
  inert(entry.task ? (names.get(entry.task) ?? '') : ''),
  inert(entry.note ?? ''),
  String(entry.billable),
  entry.state,
];

/** Text that a spreadsheet would run as a formula is made text again. */
export const inert = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
