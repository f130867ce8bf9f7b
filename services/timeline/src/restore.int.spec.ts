import type { Alias } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sealed, TimelineHarness } from './timeline-installation.spec.js';

const ERASED = 50;
const STAYED = 10;

describe('a database of timeline that was restored from a copy taken before erasures (P24)', () => {
  let timeline: TimelineHarness;
  let copy: string;
  let skipped: string;
  let before: Sealed[];
  let after: Sealed[];
  beforeAll(async () => {
    timeline = await TimelineHarness.start();
    before = Array.from({ length: ERASED + STAYED }, () => timeline.sealForeign());
    await timeline.append(...before);
    const { postgres } = timeline.privacy;
    copy = await postgres.copyOf(timeline.databaseUrl);
    skipped = await postgres.copyOf(timeline.databaseUrl);
    for (const { key } of before.slice(0, ERASED)) await timeline.order({ kind: 'aliases', aliases: [key] });
    // What arrived after the copy: late batches of whoever was erased, batches of whoever stayed.
    after = before.map(({ key }) => timeline.sealForeign(key));
    await timeline.append(...after);
  });
  afterAll(() => timeline.stop());

  const rowsOf = async (url: string, aliases: Alias[]) => {
    const database = timeline.privacy.postgres.connect(url, 'look');
    const { rowCount } = await database.query('SELECT 1 FROM batch WHERE alias = ANY($1)', [aliases]);
    return rowCount;
  };
  const keys = (batches: Sealed[]) => batches.map(({ key }) => key);

  it('is told everything since, deletions included, from where its own cursors stand: nothing comes back, nothing else is lost', async () => {
    const [erased, stayed] = [keys(before.slice(0, ERASED)), keys(before.slice(ERASED))];
    // The copy alone still has them: what is not replayed would be readable again (control).
    expect(await rowsOf(copy, erased)).toBe(ERASED);
    await timeline.reopen(copy);
    expect(await rowsOf(copy, erased)).toBe(0);
    expect(await rowsOf(copy, stayed)).toBe(2 * STAYED);
    const seen = (await timeline.rows('alias_seen')).map((row) => row.alias as Alias);
    expect(seen.filter((alias) => erased.includes(alias))).toEqual([]);
    // And what of theirs is still on its way is refused, as before.
    await timeline.append(...before.slice(0, ERASED).map(({ key }) => timeline.sealForeign(key)));
    expect(await rowsOf(copy, erased)).toBe(0);
  });

  it('would be seen to bring them back if its cursors stood anywhere but in the copy (control)', async () => {
    const live = await timeline.database.query('SELECT * FROM event_log_cursor');
    const restored = timeline.privacy.postgres.connect(skipped, 'restored');
    for (const { consumer_group, topic, partition, next } of live.rows)
      await restored.query(
        'UPDATE event_log_cursor SET next = $4 WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
        [consumer_group, topic, partition, next],
      );
    await timeline.reopen(skipped);
    expect(await rowsOf(skipped, keys(before.slice(0, ERASED)))).toBe(ERASED);
  });
});
