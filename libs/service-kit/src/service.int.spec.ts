import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { Day, HEADERS, MemberRef, OrgRef, type PersonActor, SessionRef, SubjectRef } from '@daybook/contracts';
import { Body, Controller, Get, Inject, Injectable, Param, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ActorSigner,
  ActorVerifier,
  Answers,
  createLogger,
  createService,
  For,
  newActorKeys,
  openApiDocument,
  problems,
  Refuses,
  TheActor,
} from './index.js';

const Body_ = z.object({ title: z.string().min(3) }).meta({ id: 'SpecBody' });
const ref = () => randomBytes(16).toString('base64url');
const person: PersonActor = {
  kind: 'person',
  subject: SubjectRef.parse(ref()),
  org: OrgRef.parse(ref()),
  session: SessionRef.parse(ref()),
};

@Injectable()
class Greeter {
  greet = (subject: string) => `hello ${subject}`;
}

@Controller('v1/spec')
class SpecController {
  constructor(@Inject(Greeter) private readonly greeter: Greeter) {}

  @Get(':day')
  @For('person')
  @Answers(200, Body_)
  @Refuses(401, 422)
  read(@TheActor() actor: PersonActor, @Param('day', { schema: Day }) day: Day) {
    return { title: `${this.greeter.greet(actor.subject)} ${day}` };
  }

  @Post()
  @For('person')
  write(@Body({ schema: Body_ }) body: z.infer<typeof Body_>) {
    if (body.title === 'taken') throw problems.conflict('that title is taken');
    if (body.title === 'boom') throw new Error('secret title boom');
    return body;
  }

  @Get()
  nobodysRoute() {
    return {};
  }
}

describe('a service', () => {
  const keys = newActorKeys();
  const signer = new ActorSigner(keys.privateKey);
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  let app: Awaited<ReturnType<typeof createService>>;
  const inject = async (
    method: 'GET' | 'POST',
    url: string,
    options: { token?: string | undefined; payload?: string } = {},
  ) =>
    app.inject({
      method,
      url,
      headers: { 'content-type': 'application/json', ...(options.token && { [HEADERS.actor]: options.token }) },
      ...(options.payload !== undefined && { payload: options.payload }),
    });
  let token: string;

  beforeAll(async () => {
    app = await createService({
      name: 'spec',
      logger: createLogger('spec', { destination }),
      actors: new ActorVerifier('timeline', keys.publicKey),
      controllers: [SpecController],
      providers: [Greeter],
      bodyLimit: 1000,
    });
    token = await signer.sign('timeline', person);
  });
  afterAll(() => app.close());

  it('lets the right actor in and parses the address', async () => {
    expect((await inject('GET', '/v1/spec/2026-11-24', { token })).json()).toEqual({
      title: `hello ${person.subject} 2026-11-24`,
    });
  });

  it('refuses nobody, another audience, another kind, and a forged token', async () => {
    const member = {
      kind: 'member',
      member: MemberRef.parse(ref()),
      org: person.org,
      role: 'owner',
      session: person.session,
    } as const;
    const forged = await new ActorSigner(newActorKeys().privateKey).sign('timeline', person);
    const stale = await new ActorSigner(keys.privateKey, () => new Date(Date.now() - 120_000)).sign('timeline', person);
    const statuses = await Promise.all(
      [undefined, await signer.sign('privacy', person), forged, stale].map(
        async (given) => (await inject('GET', '/v1/spec/2026-11-24', { token: given })).statusCode,
      ),
    );
    expect(statuses).toEqual([401, 401, 401, 401]);
    expect(
      (await inject('GET', '/v1/spec/2026-11-24', { token: await signer.sign('timeline', member) })).statusCode,
    ).toBe(403);
  });

  it('keeps a route that names nobody closed', async () => {
    expect((await inject('GET', '/v1/spec', { token })).statusCode).toBe(403);
  });

  it('answers bad input with problem details that name the field and never the value', async () => {
    const short = await inject('POST', '/v1/spec', { token, payload: '{"title":"ab"}' });
    expect(short.statusCode).toBe(422);
    expect(short.headers['content-type']).toContain('application/problem+json');
    expect(short.json()).toMatchObject({ code: 'invalid', errors: [{ path: 'title' }] });
    expect((await inject('POST', '/v1/spec', { token, payload: '{"title":' })).json()).toMatchObject({
      code: 'malformed',
      status: 400,
    });
    expect((await inject('POST', '/v1/spec', { token, payload: `{"title":"${'x'.repeat(2000)}"}` })).statusCode).toBe(
      413,
    );
    expect((await inject('GET', '/v1/nowhere', { token })).json()).toMatchObject({ code: 'not_found' });
    expect((await inject('POST', '/v1/spec', { token, payload: '{"title":"taken"}' })).json()).toMatchObject({
      code: 'conflict',
      detail: 'that title is taken',
    });
  });

  it('says nothing of an unexpected error, outside or in the log (P28)', async () => {
    const broken = await inject('POST', '/v1/spec', { token, payload: '{"title":"boom"}' });
    expect(broken.statusCode).toBe(500);
    expect(broken.body).not.toContain('secret');
    expect(lines.join('')).toContain('request failed');
    expect(lines.join('')).not.toContain('secret');
  });

  it('describes itself from the schemas it validates with', () => {
    const document = openApiDocument(app, 'spec');
    expect(document.openapi).toBe('3.1.0');
    expect(document.components?.schemas).toMatchObject({
      SpecBody: { type: 'object', required: ['title'] },
      Problem: { type: 'object' },
    });
    expect(JSON.stringify(document.paths['/v1/spec/{day}'])).toContain('#/components/schemas/SpecBody');
  });
});
