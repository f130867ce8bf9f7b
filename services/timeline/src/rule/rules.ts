import { randomBytes } from 'node:crypto';
import { BatchId, type Broker, type BrokerGrant, Day, type Rules } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { lockFence } from '@daybook/erasure';
import { importPublicKey, openBlob, sealBlob, sealedKeyOf } from '@daybook/sealing';
import { dayAt } from '@daybook/timekeeping';

/** Rules belong to no day; their envelope needs one. */
const NO_DAY = Day.parse('1970-01-01');

/** The person's rules: one sealed list, in their order. */
export class RuleBook {
  constructor(
    private readonly database: Database,
    private readonly broker: Broker,
    private readonly clock: () => Date,
  ) {}

  async read(grant: BrokerGrant): Promise<Rules> {
    const { rules } = await this.directory(grant);
    const { rows } = await this.database.query<{ sealed: Buffer }>('SELECT sealed FROM rules WHERE alias = $1', [
      rules.alias,
    ]);
    const sealed = rows[0]?.sealed;
    // Asked even when there is nothing, so that a locked vault says so.
    const [key] = await this.broker.open(grant, 'rules', this.today(), sealed ? [sealedKeyOf(sealed)] : []);
    return sealed && key ? (JSON.parse(openBlob(sealed, key).toString()) as Rules) : [];
  }

  async replace(grant: BrokerGrant, list: Rules): Promise<Rules> {
    const { rules } = await this.directory(grant);
    const envelope = {
      v: 1 as const,
      batchId: BatchId.parse(randomBytes(16).toString('base64url')),
      alias: rules.alias,
      keyId: rules.keyId,
      day: NO_DAY,
    };
    const sealed = sealBlob(envelope, Buffer.from(JSON.stringify(list)), importPublicKey(rules.publicKey));
    await this.broker.open(grant, 'rules', this.today(), []);
    await this.database.transaction(async (tx) => {
      const [allowed] = await lockFence(tx, [envelope]);
      if (allowed)
        await tx.query(
          'INSERT INTO rules (alias, version, sealed) VALUES ($1, 1, $2) ON CONFLICT (alias) DO UPDATE SET sealed = excluded.sealed, version = rules.version + 1',
          [rules.alias, sealed],
        );
    });
    return list;
  }

  private directory(grant: BrokerGrant) {
    return this.broker.directory(grant, this.today());
  }
  private today(): Day {
    return dayAt([{ from: '1970-01-01T00:00:00Z', timeZone: 'UTC' }] as never, this.clock().getTime());
  }
}
