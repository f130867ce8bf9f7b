// The ceiling of this design: node:http, AES-256-GCM, one durable row a batch in the same PostgreSQL. No Nest, no sign-in, no consent.
import { createCipheriv, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Database, EmbeddedPostgres } from '@daybook/database';

const folder = process.argv[2];
const postgres = await EmbeddedPostgres.start({ dataDir: `${folder}/postgres`, password: 'ceiling' });
const database = new Database({ url: await postgres.ensureDatabase('ceiling', 'ceiling'), name: 'ceiling', max: 16 });
await database.query('CREATE TABLE batch (id bigserial PRIMARY KEY, sealed bytea NOT NULL)');
await database.query('ALTER TABLE batch ALTER COLUMN sealed SET STORAGE EXTERNAL');
const key = randomBytes(32);
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([
    nonce,
    ...chunks.map((chunk) => cipher.update(chunk)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  await database.query({ name: 'store', text: 'INSERT INTO batch (sealed) VALUES ($1)', values: [sealed] });
  response.writeHead(202, { 'content-length': 2 }).end('{}');
}).listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await database.close();
    await postgres.stop();
    process.exit(0);
  });
