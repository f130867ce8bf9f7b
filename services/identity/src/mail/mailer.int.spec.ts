import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '@daybook/service-kit';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailer } from './mailer.js';

describe('letters', () => {
  let folder: string;
  let server: SMTPServer;
  const received: { to: string[]; text: string }[] = [];
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger('identity', { destination });
  const letter = { to: 'ada@example.org', subject: 'Hello', text: 'a link in a letter' };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-mailer-'));
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString(),
          });
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
  });
  afterAll(async () => {
    await new Promise<void>((done) => server.close(() => done()));
    await rm(folder, { recursive: true, force: true });
  });

  it('go to the mail server where there is one, and then lie in no folder', async () => {
    const { port } = server.server.address() as AddressInfo;
    const mailer = new Mailer(`smtp://127.0.0.1:${port}`, folder, 'Daybook <daybook@localhost>', logger);
    mailer.post(letter);
    await mailer.settled();
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(['ada@example.org']);
    expect(received[0]?.text).toContain('a link in a letter');
    expect(await readdir(folder)).toEqual([]);
  });

  it('that cannot be sent are logged without address, text or server (P28)', async () => {
    const mailer = new Mailer('smtp://user:secret@127.0.0.1:1', folder, 'Daybook <daybook@localhost>', logger);
    mailer.post(letter);
    await mailer.settled();
    expect(lines.join('')).toContain('mail_failed');
    expect(lines.join('')).not.toMatch(/ada@|link|secret|127\.0\.0\.1/);
  });
});
