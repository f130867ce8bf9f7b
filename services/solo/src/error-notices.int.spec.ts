import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createLogger, type LogFields } from '@daybook/service-kit';
import { newCanary } from '@daybook/testing';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorNotices } from './error-notices.js';

const nowhere = () =>
  createLogger('solo', { destination: new Writable({ write: (_chunk, _encoding, done) => done() }) });

describe('error notices to the operator (P28)', () => {
  let server: SMTPServer;
  let smtpUrl: string;
  const received: string[] = [];
  let refusing = false;
  const notices = () =>
    new ErrorNotices({ smtpUrl, to: 'ops@example.org', from: 'daybook@localhost', gatherMs: 50, quietMs: 400 });
  const letters = async (count: number) => {
    await expect.poll(() => received.length, { timeout: 5_000 }).toBe(count);
    return received;
  };

  beforeAll(async () => {
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onMailFrom: (_address, _session, done) => done(refusing ? new Error('not now') : null),
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk));
        stream.on('end', () => {
          received.push(text.replaceAll(/=\r\n/g, ''));
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    smtpUrl = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((done) => server.close(() => done())));

  it('gather what failed into one letter, count it, and do not flood', async () => {
    received.length = 0;
    const watched = notices();
    const logger = watched.watching(nowhere(), 'solo');
    for (let n = 0; n < 3; n++) logger.child('timeline').error({ code: 'halted' }, 'a consumer has halted');
    logger.child('identity').error({ code: 'mail_failed' }, 'a letter could not be sent');
    const [first] = await letters(1);
    expect(first).toContain('ops@example.org');
    expect(first).toMatch(/3 (×|=C3=97) timeline/);
    expect(first).toContain('mail_failed');
    logger.error({ code: 'again' }, 'and again');
    await new Promise((done) => setTimeout(done, 150));
    expect(received).toHaveLength(1);
    expect((await letters(2))[1]).toContain('again');
    watched.close();
  });

  it('carry nothing that a person recorded or is called, though it was thrown along', async () => {
    received.length = 0;
    const canary = newCanary();
    const watched = notices();
    const fields = { code: 'internal', route: `/v1/days/${canary}`, error: { name: 'Error', at: canary } } as LogFields;
    watched.watching(nowhere(), 'gateway').error(fields, 'request failed');
    const [letter] = await letters(1);
    expect(letter).toContain('internal');
    expect(letter).not.toContain(canary);
    // The control: the same search finds it where it was put.
    expect(JSON.stringify(fields)).toContain(canary);
    watched.close();
  });

  it('are kept while the mail server refuses them', async () => {
    received.length = 0;
    refusing = true;
    const watched = notices();
    watched.watching(nowhere(), 'solo').error({ code: 'lost' }, 'something failed');
    await watched.send();
    refusing = false;
    await watched.send();
    expect((await letters(1))[0]).toContain('lost');
    watched.close();
  });
});
