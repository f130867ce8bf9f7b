import { randomBytes } from 'node:crypto';
import { ReceiptSigner } from '@daybook/erasure';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildSeen } from './batch/alias-seen.js';
import { replayTimeline } from './replay.js';
import { TimelineHarness } from './timeline-installation.spec.js';

describe('replaying what is derived from batches', () => {
  let timeline: TimelineHarness;
  beforeAll(async () => {
    timeline = await TimelineHarness.start();
  });
  afterAll(() => timeline.stop());

  const replay = () =>
    replayTimeline({
      database: timeline.database,
      log: timeline.privacy.log,
      clock: timeline.privacy.now,
      receiptSigner: new ReceiptSigner('spec', randomBytes(32)),
    });
  const seen = async () => {
    const { rows } = await timeline.database.query<{ row: string }>(
      'SELECT s::text AS row FROM alias_seen s ORDER BY 1',
    );
    return rows.map(({ row }) => row);
  };

  it('notes again when each alias was last seen, byte by byte, and leaves every batch as it is', async () => {
    const [one, other] = [timeline.sealForeign(), timeline.sealForeign()];
    await timeline.append(one, timeline.sealForeign(one.key), other);
    const [before, batches] = [await seen(), await timeline.rows('batch')];
    expect(await replay()).toMatch(/; 0 rows were not$/);
    await timeline.database.query('DELETE FROM alias_seen WHERE alias = $1', [one.key]);
    await timeline.database.query(`UPDATE alias_seen SET at = '2020-01-01'`);
    expect(await replay()).toMatch(/; 2 rows were not$/);
    expect(await seen()).toEqual(before);
    expect(await timeline.rows('batch')).toEqual(batches);
  });

  it('notes nothing of an alias that was erased, even where its fence was lost; the rebuild alone would (control)', async () => {
    const erased = timeline.sealForeign();
    await timeline.append(erased);
    const batch = (await timeline.rows('batch')).find(({ alias }) => alias === erased.key);
    await timeline.order({ kind: 'aliases', aliases: [erased.key] });
    const ofErased = async () => (await seen()).filter((row) => row.includes(erased.key));
    /** A database in which an erased batch turned up again and the fence over it is gone. */
    const resurrect = async () => {
      await timeline.database.query('DELETE FROM fence_alias WHERE alias = $1', [erased.key]);
      await timeline.database.query(
        'INSERT INTO batch SELECT * FROM jsonb_populate_record(NULL::batch, $1) ON CONFLICT DO NOTHING',
        [JSON.stringify({ ...batch, sealed: '\\x00' })],
      );
    };
    await resurrect();
    await replay();
    expect(await ofErased()).toEqual([]);
    await resurrect();
    await rebuildSeen(timeline.database);
    expect(await ofErased()).toHaveLength(1);
  });
});
