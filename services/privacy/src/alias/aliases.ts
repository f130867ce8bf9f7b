import { randomBytes } from 'node:crypto';
import {
  Alias,
  AliasKind,
  type CaseRef,
  type OrgRef,
  type SubjectFact,
  SubjectRef,
  type TimeZoneHistory,
  TimeZoneHistory as Zones,
} from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import { problems } from '@daybook/service-kit';

export interface LiveAlias {
  alias: Alias;
  kind: AliasKind;
  madeAt: Date;
  /** An earlier alias of this kind was erased: what was captured before this one was made is gone. */
  succeeds: boolean;
}

/** The map person × organisation × source → alias, and the person's time zones. Nobody else has it. */
export class Aliases {
  /** Takes what identity says of a person; the same fact twice, or an old one again, changes nothing. */
  async apply(tx: Tx, facts: readonly SubjectFact[]): Promise<void> {
    for (const fact of facts) {
      if (fact.type === 'SubjectJoined') {
        await this.addZone(tx, fact.subject, fact.at, fact.timeZone);
        await this.join(tx, fact.subject, fact.org, fact.at);
      }
      if (fact.type === 'TimeZoneChanged') await this.addZone(tx, fact.subject, fact.at, fact.timeZone);
      if (fact.type === 'SubjectDeparted') await this.depart(tx, fact.subject, fact.org, fact.at);
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

  /** The person's zones, oldest first. Refuses with 503 while identity has not told of the person yet. */
  async zones(db: Queryable, subject: SubjectRef): Promise<TimeZoneHistory> {
    const { rows } = await db.query<{ from_at: Date; time_zone: string }>({
      name: 'zones',
      text: 'SELECT from_at, time_zone FROM subject_zone WHERE subject = $1 ORDER BY from_at',
      values: [subject],
    });
    if (!rows.length)
      throw problems.unavailable('this account is still being set up', { headers: { 'retry-after': '1' } });
    return Zones.parse(rows.map((row) => ({ from: row.from_at.toISOString(), timeZone: row.time_zone })));
  }

  /** Retires aliases for ever and makes their successors. Returns the retired ones: of two erasures at once, the second has the successors. */
  async replace(
    tx: Tx,
    subject: SubjectRef,
    org: OrgRef,
    kinds: readonly AliasKind[],
    caseRef: CaseRef,
    at: Date,
  ): Promise<Alias[]> {
    // A statement of its own: the next one then sees what whoever was waited for has made.
    await tx.query('SELECT 1 FROM alias WHERE subject = $1 AND org = $2 ORDER BY alias COLLATE "C" FOR UPDATE', [
      subject,
      org,
    ]);
    const { rows } = await tx.query<{ alias: string }>(
      'UPDATE alias SET retired_at = $4, case_ref = $5 WHERE subject = $1 AND org = $2 AND kind = ANY($3) AND retired_at IS NULL RETURNING alias',
      [subject, org, kinds, at, caseRef],
    );
    await this.make(tx, subject, org, kinds, at);
    return rows.map((row) => Alias.parse(row.alias));
  }

  /** Which of these aliases are live and this person's. */
  async owned(db: Queryable, subject: SubjectRef, org: OrgRef, aliases: readonly Alias[]): Promise<Set<string>> {
    const { rows } = await db.query<{ alias: string }>({
      name: 'owned-aliases',
      text: 'SELECT alias FROM alias WHERE subject = $1 AND org = $2 AND alias = ANY($3) AND retired_at IS NULL',
      values: [subject, org, aliases],
    });
    return new Set(rows.map((row) => row.alias));
  }

  /**
   * Retires aliases that a deletion names, whoever they belong to, with successors for people who stay. In a running installation the
   * case did so before; here it is for a database that was restored to a moment before the case.
   */
  async retire(tx: Tx, aliases: readonly Alias[], at: Date): Promise<number> {
    const { rows } = await tx.query<{ subject: string; org: string; kind: string }>(
      'UPDATE alias SET retired_at = $2 WHERE alias = ANY($1) AND retired_at IS NULL RETURNING subject, org, kind',
      [aliases, at],
    );
    await tx.query(
      'INSERT INTO alias (alias, subject, org, kind, made_at) SELECT alias, subject, org, kind, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (alias, subject, org, kind) ON CONFLICT DO NOTHING',
      [rows.map(newAlias), rows.map((row) => row.subject), rows.map((row) => row.org), rows.map((row) => row.kind), at],
    );
    return rows.length;
  }

  /** The organisation is cancelled: every alias of it is retired, and none follows. */
  async close(tx: Tx, org: OrgRef, at: Date): Promise<number> {
    return (
      (await tx.query('UPDATE alias SET retired_at = $2 WHERE org = $1 AND retired_at IS NULL', [org, at])).rowCount ??
      0
    );
  }

  /** Live and retired. */
  async ofOrganisation(db: Queryable, org: OrgRef): Promise<Alias[]> {
    const { rows } = await db.query<{ alias: string }>('SELECT alias FROM alias WHERE org = $1', [org]);
    return rows.map((row) => Alias.parse(row.alias));
  }

  /** Only where nothing newer is known: a joining that is told again must not bring back what was erased or left since. */
  private async join(tx: Tx, subject: SubjectRef, org: OrgRef, at: string): Promise<void> {
    const { rowCount } = await tx.query(
      'SELECT 1 FROM alias WHERE subject = $1 AND org = $2 AND (made_at >= $3 OR retired_at >= $3) LIMIT 1',
      [subject, org, at],
    );
    if (!rowCount) await this.make(tx, subject, org, AliasKind.options, new Date(at));
  }

  /** Retired without successors: door and broker refuse from here on. Deleting is the leaving case's business. */
  private async depart(tx: Tx, subject: SubjectRef, org: OrgRef, at: string): Promise<void> {
    await tx.query('UPDATE alias SET retired_at = $3 WHERE subject = $1 AND org = $2 AND retired_at IS NULL', [
      subject,
      org,
      at,
    ]);
  }

  private async make(tx: Tx, subject: SubjectRef, org: OrgRef, kinds: readonly AliasKind[], at: Date): Promise<void> {
    await tx.query(
      `INSERT INTO alias (alias, subject, org, kind, made_at) SELECT alias, $1, $2, kind, $5 FROM unnest($3::text[], $4::text[]) AS n (alias, kind) ON CONFLICT DO NOTHING`,
      [subject, org, kinds.map(newAlias), kinds, at],
    );
  }

  private async addZone(tx: Tx, subject: string, at: string, timeZone: string): Promise<void> {
    await tx.query(
      'INSERT INTO subject_zone (subject, from_at, time_zone) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [SubjectRef.parse(subject), at, timeZone],
    );
  }
}

const newAlias = (): string => randomBytes(16).toString('base64url');
