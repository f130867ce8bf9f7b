import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import {
  type Alias,
  AliasKind,
  CaseRef,
  DEADLINES,
  type ErasureCase,
  type ErasureRequest,
  type ErasureScope,
  Instant,
  type OrgRef,
  type Receipt,
  type Source,
  STORE_NAMES,
  type SubjectRef,
} from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { isRefusal } from '@daybook/decider';
import { type ErasableStore, verifyReceipt } from '@daybook/erasure';
import { type EventStore, handle, handleIn } from '@daybook/event-store';
import { askFor } from '@daybook/jobs';
import { problems } from '@daybook/service-kit';
import { addDays } from '@daybook/timekeeping';
import type { Aliases } from '../alias/aliases.js';
import type { Buckets } from '../bucket/buckets.js';
import { caseStream, writeCase } from './case-rows.js';
import { deletionRecords } from './deletion-records.js';
import { caseDecider } from './erasure-case.decider.js';
import type { OpenedCase } from './erasure-case.js';

export interface CasesParts {
  database: Database;
  store: EventStore;
  aliases: Aliases;
  buckets: Buckets;
  /** Privacy's own store: its keys go in the transaction that decides, whether the log can be reached or not. */
  keys: ErasableStore;
  /** Public keys of every service that signs receipts. */
  receiptKeys: ReadonlyMap<string, KeyObject>;
  clock: () => Date;
  /** Resolves when every answer that the door gave before the call may no longer be used. */
  leasesRunOut: () => Promise<unknown>;
  /** Something waits in the outbox. */
  onOrdered: () => void;
}

/** Erasure cases: the only author of deletion events. Nothing is deleted that no durable event orders (P25). */
export class ErasureCases {
  constructor(private readonly parts: CasesParts) {}

  /**
   * Retires the aliases (or closes the days), orders the deletion and deletes the keys, in one transaction: at its commit all of it is
   * unreadable, whatever else is away.
   */
  async open(subject: SubjectRef, org: OrgRef, request: ErasureRequest): Promise<ErasureCase> {
    const now = this.parts.clock();
    const caseRef = CaseRef.parse(randomBytes(16).toString('base64url'));
    const within = (seconds: number) => Instant.parse(new Date(now.getTime() + seconds * 1_000).toISOString());
    const deadlines = {
      unreadable: within(DEADLINES.unreadable),
      erased: within(DEADLINES.erased),
      purged: within(DEADLINES.purged),
    };
    const orderedAt = Instant.parse(now.toISOString());
    const opened: OpenedCase = {
      caseRef,
      subject,
      org,
      scope: request.scope,
      orderedAt,
      deadlines,
      stores: STORE_NAMES,
      ...(request.scope === 'source' && request.source && { source: request.source }),
    };
    await this.parts.database.transaction(async (tx) => {
      const scope = await this.fence(tx, opened, request, now);
      // A case of nothing would be answered by nobody, and stay open for ever.
      if (!scope) throw problems.unavailable('this account is still being set up', { headers: { 'retry-after': '1' } });
      await handleIn(
        tx,
        this.parts.store,
        caseDecider,
        caseStream(caseRef),
        { type: 'OpenCase', data: opened },
        (_, { state }) => writeCase(tx, state),
      );
      await this.parts.store.publish(tx, 'privacy.deletions.v1', deletionRecords(opened, scope));
      await this.parts.keys.erase(scope, tx);
      // What was deleted lies in old files and backups until the key over it is destroyed.
      await askFor(tx, 'privacy.rotation', now);
    });
    this.parts.onOrdered();
    // Unreadable it is already. Acknowledged is it when ingestion takes new work under the new aliases alone: what is captured from then
    // on is kept, and must not be sealed to what was just closed.
    await this.parts.leasesRunOut();
    return this.get(subject, org, caseRef);
  }

  async get(subject: SubjectRef, org: OrgRef, caseRef: CaseRef): Promise<ErasureCase> {
    const found = (await this.list(subject, org)).find((one) => one.caseRef === caseRef);
    if (!found) throw problems.not_found();
    return found;
  }

  /** Newest first. */
  async list(subject: SubjectRef, org: OrgRef): Promise<ErasureCase[]> {
    const { rows } = await this.parts.database.query<CaseRow>(
      `SELECT c.*, (SELECT json_agg(json_build_object('store', s.store, 'state', s.state, 'receipt', s.receipt) ORDER BY s.store) FROM erasure_case_store s WHERE s.case_ref = c.case_ref) AS stores
       FROM erasure_case c WHERE c.subject = $1 AND c.org = $2 ORDER BY c.ordered_at DESC LIMIT 200`,
      [subject, org],
    );
    return rows.map(view);
  }

  /** A store's answer: kept only when its signer is one of ours. Runs in the delivery's transaction. */
  async record(tx: Tx, receipt: Receipt): Promise<void> {
    if (!verifyReceipt(receipt, this.parts.receiptKeys)) return;
    const now = Instant.parse(this.parts.clock().toISOString());
    await handleIn(
      tx,
      this.parts.store,
      caseDecider,
      caseStream(receipt.caseRef),
      { type: 'RecordAnswer', data: { receipt, now } },
      (_, { state }) => writeCase(tx, state),
    );
  }

  /** Closes what was erased long enough ago that logs and backups have forgotten it too. */
  async closePurged(): Promise<void> {
    const now = this.parts.clock();
    const { rows } = await this.parts.database.query<{ case_ref: string }>(
      `SELECT case_ref FROM erasure_case c WHERE state = 'erased' AND ordered_at < $1
         AND NOT EXISTS (SELECT 1 FROM epoch e WHERE e.state <> 'destroyed' AND e.made_at < c.ordered_at)`,
      [new Date(now.getTime() - (DEADLINES.purged - 3_600) * 1_000)],
    );
    for (const { case_ref } of rows) {
      const closed = await handle(
        this.parts,
        caseDecider,
        caseStream(case_ref),
        { type: 'ClosePurged', data: { now: Instant.parse(now.toISOString()) } },
        (tx, { state }) => writeCase(tx, state),
      );
      if (isRefusal(closed)) throw new Error(`case not purged: ${closed.refused}`);
    }
  }

  private async fence(
    tx: Tx,
    opened: OpenedCase,
    request: ErasureRequest,
    now: Date,
  ): Promise<ErasureScope | undefined> {
    const { subject, org, caseRef } = opened;
    if (request.scope === 'source' || request.scope === 'everything') {
      const kinds: AliasKind[] = request.scope === 'source' ? [request.source as Source] : AliasKind.options;
      const aliases = await this.parts.aliases.replace(tx, subject, org, kinds, caseRef, now);
      return aliases.length ? { kind: 'aliases', aliases } : undefined;
    }
    const aliases: Alias[] = (await this.parts.aliases.live(tx, subject, org)).map((one) => one.alias);
    if (!aliases.length) return undefined;
    const to = request.scope === 'day' ? request.day : request.before && addDays(request.before, -1);
    if (!to) return undefined;
    const from = request.scope === 'day' ? request.day : undefined;
    const closedKeys = await this.parts.buckets.close(tx, aliases, from, to, caseRef, now);
    return { kind: 'days', aliases, ...(from && { from }), to, closedKeys };
  }
}

interface CaseRow {
  case_ref: string;
  scope: ErasureCase['scope'];
  source: Source | null;
  state: ErasureCase['state'];
  ordered_at: Date;
  erased_at: Date | null;
  purged_at: Date | null;
  deadlines: ErasureCase['deadlines'];
  stores: {
    store: ErasureCase['stores'][number]['store'];
    state: 'waiting' | 'erased' | 'failed';
    receipt: Receipt | null;
  }[];
}

const view = (row: CaseRow): ErasureCase => ({
  caseRef: CaseRef.parse(row.case_ref),
  scope: row.scope,
  ...(row.source && { source: row.source }),
  state: row.state,
  orderedAt: Instant.parse(row.ordered_at.toISOString()),
  ...(row.erased_at && { erasedAt: Instant.parse(row.erased_at.toISOString()) }),
  ...(row.purged_at && { purgedAt: Instant.parse(row.purged_at.toISOString()) }),
  deadlines: row.deadlines,
  stores: row.stores.map(({ store, state, receipt }) => ({ store, state, ...(receipt && { receipt }) })),
});
