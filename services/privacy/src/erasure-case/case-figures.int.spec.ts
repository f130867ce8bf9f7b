import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivacyHarness } from '../privacy-harness.js';
import { caseFigures } from './case-figures.js';

describe('what operators are told of erasure cases', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  const figures = async () => {
    const samples = await caseFigures(privacy.database, privacy.now());
    return (metric: string, label = '') =>
      samples.find((one) => one.metric === metric && Object.values(one.labels ?? {}).join(' ') === label)?.value;
  };

  it('counts, ages, and names the deadline that is missed and the store that is silent', async () => {
    const quiet = await figures();
    expect(quiet('daybook_erasure_cases', 'unreadable')).toBe(0);
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    await privacy.erase(person, { scope: 'everything' });
    await privacy.service.caughtUp();
    const fresh = await figures();
    expect(fresh('daybook_erasure_cases', 'unreadable')).toBe(1);
    expect(fresh('daybook_erasure_overdue', 'erased')).toBe(0);
    expect(fresh('daybook_erasure_answers_missing', 'privacy.keys waiting')).toBe(0);
    expect(fresh('daybook_erasure_answers_missing', 'timeline.batches waiting')).toBe(1);
    privacy.clock.advance(61_000);
    const late = await figures();
    expect(late('daybook_erasure_oldest_seconds', 'unreadable')).toBe(61);
    expect(late('daybook_erasure_overdue', 'erased')).toBe(1);
    expect(late('daybook_erasure_overdue', 'purged')).toBe(0);
    privacy.clock.advance(7 * 86_400_000);
    expect((await figures())('daybook_erasure_overdue', 'purged')).toBe(1);
  });

  it('tells how long answers took, and of a deletion that is not in the log', async () => {
    await privacy.database.query(
      `UPDATE erasure_case SET state = 'erased', ordered_at = $1, erased_at = $1::timestamptz + interval '3 seconds'`,
      [privacy.now()],
    );
    const answered = await figures();
    expect(answered('daybook_erasure_duration_seconds', 'worst')).toBe(3);
    expect(answered('daybook_erasure_overdue', 'unreadable')).toBe(0);
    await privacy.service.stop();
    await privacy.database.query(
      `INSERT INTO outbox (topic, key, value, queued_at) VALUES ('privacy.deletions.v1', 'case', 'x', now() - interval '2 seconds')`,
    );
    expect((await figures())('daybook_erasure_overdue', 'unreadable')).toBe(1);
    await privacy.database.query('DELETE FROM outbox');
    await privacy.open();
  });
});
