import { AliasKind } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Installation } from './identity-installation.spec.js';
import { publishIdentity } from './publish.js';

describe('publishing the facts of people again', () => {
  let installation: Installation;
  let said: string[];
  beforeAll(async () => {
    installation = await Installation.start();
    for (const timeZone of ['Asia/Tokyo', 'America/Lima']) await installation.ada.call('PATCH', '/v1/me', { timeZone });
    await heard(4);
    said = [...installation.facts];
  }, 60_000);
  afterAll(() => installation.stop());

  /** Resolves when privacy, and whoever else listens, has heard this many facts in all. */
  async function heard(facts: number): Promise<void> {
    await installation.arrived();
    await vi.waitFor(() => expect(installation.facts).toHaveLength(facts), 10_000);
  }
  const publish = async () => {
    const facts = installation.facts.length;
    const line = await publishIdentity({ database: installation.identity.database, log: installation.log });
    await heard(facts + said.length);
    return { line, facts: installation.facts.slice(facts) };
  };
  const known = async () => {
    const { rows } = await installation.privacyDatabase.query<{ row: string }>(
      'SELECT z::text AS row FROM subject_zone z UNION ALL SELECT a::text FROM alias a ORDER BY 1',
    );
    return rows.map(({ row }) => row);
  };

  it('says what was said, word by word, and privacy learns nothing new from hearing it twice', async () => {
    const before = await known();
    expect(before).toHaveLength(3 + AliasKind.options.length);
    for (let time = 0; time < 2; time++) {
      const { line, facts } = await publish();
      expect(line).toBe('the facts of 1 people were published again');
      expect(facts.sort()).toEqual([...said].sort());
      expect(await known()).toEqual(before);
    }
  });

  it('brings a privacy that lost them the time zones of everybody, and the aliases of nobody who left', async () => {
    const before = await known();
    await installation.privacyDatabase.query('DELETE FROM subject_zone');
    expect(await known()).not.toEqual(before);
    await publish();
    expect(await known()).toEqual(before);
    await installation.privacyDatabase.query('UPDATE alias SET retired_at = now()');
    const left = await known();
    await publish();
    expect(await known()).toEqual(left);
  });
});
