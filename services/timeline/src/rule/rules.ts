import { randomBytes } from 'node:crypto';
import { BatchId, type Broker, type BrokerGrant, Day, type Rules } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { lockFence } from '@daybook/erasure';
import { importPublicKey, openBlob, sealBlob, sealedKeyOf } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';

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
    if (!sealed) return [];
    const [key] = await this.broker.open(grant, 'rules', this.today(), [sealedKeyOf(sealed)]);
    return key ? (JSON.parse(openBlob(sealed, key).toString()) as Rules) : [];
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
    await this.database.transaction(async (tx) => {
      const [allowed] = await lockFence(tx, [envelope]);
      if (!allowed)
        throw problems.unavailable('your rules were just erased; send them again', { headers: { 'retry-after': '1' } });
      await tx.query(
        'INSERT INTO rules (alias, sealed) VALUES ($1, $2) ON CONFLICT (alias) DO UPDATE SET sealed = excluded.sealed',
        [rules.alias, sealed],
      );
    });
    return list;
  }

  private directory(grant: BrokerGrant) {
    return this.broker.directory(grant, this.today());
  }
  private today(): Day {
    return Day.parse(this.clock().toISOString().slice(0, 10));
  }
}
