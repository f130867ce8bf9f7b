import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CSV_COLUMNS, Day, type MemberActor } from '@daybook/contracts';
import { For, Refuses, TheActor } from '@daybook/service-kit';
import { addDays } from '@daybook/timekeeping';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { stringify } from 'csv-stringify';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Catalogue } from '../catalogue/catalogue.js';
import { CLIENTS, TASKS } from '../catalogue/tokens.js';
import { Entries } from '../entry/entries.js';
import type { EntryCursor } from '../entry/entry-cursor.js';
import { Projects } from '../project/projects.js';
import { csvRow, type Names } from './entry-csv.js';

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
  @ApiResponse({
    status: 200,
    description: 'UTF-8 CSV (RFC 4180) with a byte order mark, one row per entry',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
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
      Readable.from(this.rows(actor, [from, to], names)),
      stringify({
        header: true,
        bom: true,
        columns: [...CSV_COLUMNS],
        record_delimiter: 'windows',
        quoted_match: /[\r\n]/,
      }),
      reply.raw,
    ).catch((error: Error & { code?: string }) => {
      // Whoever closes the tab in the middle of a download is no trouble.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  }

  private async *rows(actor: MemberActor, days: [Day, Day], names: Names): AsyncGenerator<string[]> {
    let after: EntryCursor | undefined;
    do {
      const page = await this.entries.page(actor, days, after);
      for (const entry of page.items) yield csvRow(entry, names);
      after = page.next;
    } while (after);
  }

  private async names(actor: MemberActor): Promise<Names> {
    const [projects, clients, tasks] = await Promise.all([
      this.projects.list(actor),
      this.clients.list(actor),
      this.tasks.list(actor),
    ]);
    const project = new Map(projects.map((one) => [one.id as string, one]));
    const [client, task] = [clients, tasks].map((list) => new Map(list.map((one) => [one.id, one.name])));
    return {
      project: (id) => project.get(id)?.name ?? '',
      clientOf: (id) => client?.get(project.get(id)?.client ?? '') ?? '',
      task: (id) => task?.get(id) ?? '',
    };
  }
}
