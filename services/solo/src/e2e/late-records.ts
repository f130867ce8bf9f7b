import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KafkaEventLog, readTopic } from '@daybook/event-log';
import { readCertificates } from '@daybook/service-kit';
import { type Installation, queryOnce, SHAPE, withServer } from '@daybook/testing';

const TOPIC = 'activity.batches.v1';

/** Every batch that the log holds arrives once more, as from an agent that was offline when it was accepted elsewhere. */
export async function arriveAgain(installation: Installation): Promise<void> {
  if (SHAPE === 'platform') return appendAgain(installation);
  await installation.stop();
  await withServer(installation, () =>
    queryOnce(
      installation,
      'log',
      `WITH late AS (SELECT r.*, row_number() OVER (PARTITION BY topic, partition ORDER BY position) AS n FROM log_record r WHERE topic = '${TOPIC}'),
            moved AS (UPDATE log_partition p SET next = p.next + (SELECT count(*) FROM late WHERE late.partition = p.partition) WHERE p.topic = '${TOPIC}' RETURNING p.partition, p.next)
       INSERT INTO log_record SELECT l.topic, l.partition, m.next - l.n, l.key, l.value, l.headers, l.appended_at FROM late l JOIN moved m USING (partition)`,
    ),
  );
  await installation.start();
}

/** As the administrator of the log: no service may write another's topic. */
async function appendAgain({ dataDir, keyDir }: Installation): Promise<void> {
  const properties = await readFile(join(dataDir, 'kafka', 'server.properties'), 'utf8');
  const brokers = [/CLIENTS:\/\/([\d.:]+)/.exec(properties)?.[1] ?? ''];
  const tls = await readCertificates(join(keyDir, 'credentials', 'admin'));
  const records = await readTopic({ brokers, tls }, TOPIC);
  const log = await KafkaEventLog.open({ brokers, tls, clientId: 'spec' });
  await log.append(TOPIC, records);
  await log.close();
}
