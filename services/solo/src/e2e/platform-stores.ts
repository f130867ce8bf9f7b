import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { type KafkaConnection, KafkaEventLog, readTopic } from '@daybook/event-log';
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
async function appendAgain(installation: Installation): Promise<void> {
  const connection = await administrator(installation);
  const records = await readTopic(connection, TOPIC);
  const log = await KafkaEventLog.open({ ...connection, clientId: 'spec' });
  await log.append(TOPIC, records);
  await log.close();
}

/** Leaves a word where a store of the platform writes: in a record of the log, and in what Redis appends to its file. */
export async function plantInStores(installation: Installation, word: string): Promise<void> {
  const log = await KafkaEventLog.open({ ...(await administrator(installation)), clientId: 'spec' });
  await log.append(TOPIC, [{ key: 'spec', value: Buffer.from(word) }]);
  await log.close();
  const { dataDir, keyDir } = installation;
  const config = await readFile(join(dataDir, 'redis', 'redis.conf'), 'utf8');
  const secrets = JSON.parse(await readFile(join(keyDir, 'secrets.json'), 'utf8')) as { roles: Record<string, string> };
  const socket = connect({
    host: '127.0.0.1',
    port: Number(/tls-port (\d+)/.exec(config)?.[1]),
    ...(await readCertificates(join(keyDir, 'credentials', 'privacy'))),
  });
  await once(socket, 'secureConnect');
  socket.write(`AUTH privacy ${secrets.roles['redis privacy']}\r\nSET privacy:spec ${word}\r\n`);
  for (let said = ''; said.split('+OK').length < 3; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    said += chunk.toString();
    if (said.includes('-')) throw new Error(`Redis refused: ${said}`);
  }
  socket.destroy();
}

async function administrator({ dataDir, keyDir }: Installation): Promise<KafkaConnection> {
  const properties = await readFile(join(dataDir, 'kafka', 'server.properties'), 'utf8');
  return {
    brokers: [/CLIENTS:\/\/([\d.:]+)/.exec(properties)?.[1] ?? ''],
    tls: await readCertificates(join(keyDir, 'credentials', 'admin')),
  };
}
