import { type Day, Instant, Purpose, SessionRef, type SubjectRef } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { z } from 'zod';

export const Opening = z
  .object({ at: Instant, purpose: Purpose, day: z.string(), session: SessionRef })
  .meta({ id: 'Opening' });
export const OpeningPage = z
  .object({ items: z.array(Opening), next: z.string().optional() })
  .meta({ id: 'OpeningPage' });

/** The log of openings that a person can read: who or what opened their data, when and why (P30). */
export class Openings {
  constructor(private readonly database: Database) {}

  async record(
    subject: SubjectRef,
    opening: { at: Date; purpose: Purpose; day: Day; session: SessionRef },
  ): Promise<void> {
    await this.database.query({
      name: 'record-opening',
      text: 'INSERT INTO opening (subject, at, purpose, day, session) VALUES ($1, $2, $3, $4, $5)',
      values: [subject, opening.at, opening.purpose, opening.day, opening.session],
    });
  }

  /** Newest first, 100 a page; `before` is the `next` of the page before. */
  async list(subject: SubjectRef, before?: string): Promise<z.infer<typeof OpeningPage>> {
    const { rows } = await this.database.query<{
      id: string;
      at: Date;
      purpose: Purpose;
      day: string;
      session: string;
    }>(
      'SELECT id, at, purpose, day, session FROM opening WHERE subject = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT 101',
      [subject, before ?? null],
    );
    const items = rows.slice(0, 100).map((row) => ({
      at: Instant.parse(row.at.toISOString()),
      purpose: row.purpose,
      day: row.day,
      session: SessionRef.parse(row.session),
    }));
    const last = rows[99];
    return { items, ...(rows.length > 100 && last && { next: last.id }) };
  }
}
