import { randomBytes } from 'node:crypto';
import {
  Alias,
  AliasKind,
  type CaseRef,
  type OrgRef,
  type Source,
  type SubjectFact,
  SubjectRef,
  type TimeZoneHistory,
  TimeZoneHistory as Zones,
} from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';

export interface LiveAlias {
  alias: Alias;
  kind: AliasKind;
  madeAt: Date;
  /** An earlier alias of this kind was erased: what was captured before this one was made is gone. */
  succeeds: boolean;
}

/** The map person × organisation × source → alias, and the person's time zones. Nobody else has it. */
export class Aliases {
  /** Takes what identity says of a person; the same fact twice changes nothing. */
  async apply(tx: Tx, facts: readonly SubjectFact[]): Promise<void> {
    for (const fact of facts) {
      if (fact.type === 'SubjectJoined') {
        await this.addZone(tx, fact.subject, fact.at, fact.timeZone);
        await this.make(tx, fact.subject, fact.org, AliasKind.options, new Date(fact.at));
      }
      if (fact.type === 'TimeZoneChanged') await this.addZone(tx, fact.subject, fact.at, fact.timeZone);
    }
  }

  async live(db: Queryable, subject: SubjectRef, org: OrgRef): Promise<LiveAlias[]> {
    const { rows } = await db.query<{ alias: string; kind: AliasKind; made_at: Date; succeeds: boolean }>({
      name: 'live-aliases',
      text: `SELECT a.alias, a.kind, a.made_at, EXISTS (SELECT 1 FROM alias old WHERE old.subject = a.subject AND old.org = a.org AND old.kind = a.kind AND old.retired_at IS NOT NULL) AS succeeds
             FROM alias a WHERE a.subject = $1 AND a.org = $2 AND a.retired_at IS NULL`,
      values: [subject, org],
    });
    return rows.map((row) => ({
      alias: Alias.parse(row.alias),
      kind: row.kind,
      madeAt: row.made_at,
      succeeds: row.succeeds,
    }));
  }

  async zones(db: Queryable, subject: SubjectRef): Promise<TimeZoneHistory> {
    const { rows } = await db.query<{ from_at: Date; time_zone: string }>({
      name: 'zones',
      text: 'SELECT from_at, time_zone FROM subject_zone WHERE subject = $1 ORDER BY from_at',
      values: [subject],
    });
    return Zones.parse(rows.map((row) => ({ from: row.from_at.toISOString(), timeZone: row.time_zone })));
  }

  /** Retires aliases for ever and makes their successors. Returns the retired ones. */
  async replace(
    tx: Tx,
    subject: SubjectRef,
    org: OrgRef,
    kinds: readonly AliasKind[],
    caseRef: CaseRef,
    at: Date,
  ): Promise<Alias[]> {
    const { rows } = await tx.query<{ alias: string }>(
      'UPDATE alias SET retired_at = $4, case_ref = $5 WHERE subject = $1 AND org = $2 AND kind = ANY($3) AND retired_at IS NULL RETURNING alias',
      [subject, org, kinds, at, caseRef],
    );
    await this.make(tx, subject, org, kinds, at);
    return rows.map((row) => Alias.parse(row.alias));
  }

  /** Which of these aliases are live and this person's. */
  async owned(db: Queryable, subject: SubjectRef, org: OrgRef, aliases: readonly Alias[]): Promise<Set<string>> {
    const { rows } = await db.query<{ alias: string }>(
      'SELECT alias FROM alias WHERE subject = $1 AND org = $2 AND alias = ANY($3) AND retired_at IS NULL',
      [subject, org, aliases],
    );
    return new Set(rows.map((row) => row.alias));
  }

  private async make(
    tx: Tx,
    subject: SubjectRef,
    org: OrgRef,
    kinds: readonly (AliasKind | Source)[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO alias (alias, subject, org, kind, made_at) SELECT alias, $1, $2, kind, $5 FROM unnest($3::text[], $4::text[]) AS n (alias, kind) ON CONFLICT DO NOTHING`,
      [subject, org, kinds.map(() => randomBytes(16).toString('base64url')), kinds, at],
    );
  }

  private async addZone(tx: Tx, subject: string, at: string, timeZone: string): Promise<void> {
    await tx.query(
      'INSERT INTO subject_zone (subject, from_at, time_zone) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [SubjectRef.parse(subject), at, timeZone],
    );
  }
}
