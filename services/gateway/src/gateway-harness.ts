import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountActor,
  AUDIENCES,
  type Audience,
  type DeviceActor,
  DeviceRef,
  MemberRef,
  OrgRef,
  SessionRef,
  SubjectRef,
} from '@daybook/contracts';
import {
  ActorSigner,
  ActorVerifier,
  Answers,
  createService,
  For,
  type Logger,
  newActorKeys,
  openApiDocument,
  silentLogger,
} from '@daybook/service-kit';
import { newRef } from '@daybook/testing';
import { Body, Controller, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { closeGateway, createGateway, type GatewayDeps, InProcess } from './index.js';

/** What a service saw of a request. */
export interface Seen {
  service: string;
  actor: Record<string, unknown> | undefined;
  headers: Record<string, string>;
  bytes: number;
}
const SeenShape = z.object({ service: z.string() }).loose().meta({ id: 'Seen' });
const seen = (service: string, request: FastifyRequest, body?: unknown): Seen => ({
  service,
  actor: request.actor as Record<string, unknown> | undefined,
  headers: request.headers as Record<string, string>,
  bytes: body === undefined ? 0 : JSON.stringify(body).length,
});

/** Held by specs that need a service to be slow. */
export const gate = { open: (): void => undefined, wait: Promise.resolve() };
export function holdGate(): void {
  gate.wait = new Promise((done) => {
    gate.open = done;
  });
}

@Controller('v1')
class IdentityStandIn {
  @Get('me')
  @For('account')
  @Answers(200, SeenShape)
  me(@Req() request: FastifyRequest) {
    return seen('identity', request);
  }
  @Post('welcome')
  @HttpCode(200)
  @For('anybody')
  @Answers(200, SeenShape)
  welcome(@Req() request: FastifyRequest) {
    return seen('identity', request);
  }
  @Post('me/vault/unlock')
  @HttpCode(200)
  @For('account')
  @Answers(200, SeenShape)
  unlock(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('set-cookie', ['daybook.vault=1; HttpOnly', 'second=2']);
    return seen('identity', request);
  }
}
@Controller('v1')
class IngestionStandIn {
  @Post('activity/batches')
  @HttpCode(202)
  @For('device')
  @Answers(202, SeenShape)
  batch(@Req() request: FastifyRequest, @Body() body: unknown) {
    return seen('ingestion', request, body);
  }
}
@Controller('v1')
class TimelineStandIn {
  @Get('days/:day')
  @For('person')
  @Answers(200, SeenShape)
  day(@Req() request: FastifyRequest) {
    return seen('timeline', request);
  }
}
@Controller('v1')
class PrivacyStandIn {
  @Get('privacy/consents/:source')
  @For('person', 'device')
  @Answers(200, SeenShape)
  read(@Req() request: FastifyRequest) {
    return seen('privacy', request);
  }
  @Put('privacy/consents/:source')
  @For('person', 'device')
  @Answers(200, SeenShape)
  change(@Req() request: FastifyRequest) {
    return seen('privacy', request);
  }
}
@Controller('v1')
class TimesheetsStandIn {
  @Get('entries')
  @For('member')
  @Answers(200, SeenShape)
  list(@Req() request: FastifyRequest) {
    return seen('timesheets', request);
  }
  @Post('entries')
  @For('member')
  @Answers(201, SeenShape)
  add(@Req() request: FastifyRequest, @Body() body: unknown) {
    return seen('timesheets', request, body);
  }
  @Get('exports/slow')
  @For('member')
  @Answers(200, SeenShape)
  async slow(@Req() request: FastifyRequest) {
    await gate.wait;
    return seen('timesheets', request);
  }
  @Get('exports/endless')
  @For('member')
  @Answers(200, SeenShape)
  async endless(@Res() reply: FastifyReply) {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/plain' });
    reply.raw.write('the beginning ');
    await gate.wait;
    reply.raw.end('the end');
  }
  @Get('entries/hidden')
  @For('anybody')
  @ApiExcludeEndpoint()
  hidden(@Req() request: FastifyRequest) {
    return seen('timesheets', request);
  }
}
const CONTROLLERS = {
  identity: IdentityStandIn,
  ingestion: IngestionStandIn,
  privacy: PrivacyStandIn,
  timeline: TimelineStandIn,
  timesheets: TimesheetsStandIn,
};

export interface Person {
  actor: AccountActor;
  cookie: string;
  device: string;
}

/** The real gateway before real Nest services that answer what they saw. Who is signed in is a map of this harness. */
export class GatewayHarness {
  readonly keys = newActorKeys();
  readonly signer = new ActorSigner(this.keys.privateKey);
  readonly services = {} as Record<Audience, NestFastifyApplication>;
  readonly webRoot = mkdtempSync(join(tmpdir(), 'daybook-web-'));
  private readonly sessions = new Map<string, AccountActor>();
  private readonly devices = new Map<string, DeviceActor>();
  private readonly gateways: FastifyInstance[] = [];
  /** Set by a spec whose directory cannot answer. */
  directoryDown = false;

  static async start(): Promise<GatewayHarness> {
    const harness = new GatewayHarness();
    for (const name of AUDIENCES)
      harness.services[name] = await createService({
        name,
        logger: silentLogger,
        actors: new ActorVerifier(name, harness.keys.publicKey),
        controllers: [CONTROLLERS[name]],
        bodyLimit: 2_000_000,
      });
    mkdirSync(join(harness.webRoot, 'assets'));
    writeFileSync(join(harness.webRoot, 'index.html'), '<!doctype html><title>Daybook</title>');
    writeFileSync(join(harness.webRoot, 'favicon.svg'), '<svg/>');
    writeFileSync(join(harness.webRoot, '.secret'), 'dotfile');
    writeFileSync(join(harness.webRoot, 'assets/app-1a2b3c.js'), `console.log('${'x'.repeat(5_000)}')`);
    return harness;
  }

  documents() {
    return AUDIENCES.map((name) => openApiDocument(this.services[name], name));
  }

  async gateway(
    options: Partial<GatewayDeps> & { timeoutMs?: number; logger?: Logger } = {},
  ): Promise<FastifyInstance> {
    const { timeoutMs, ...deps } = options;
    const upstreams = Object.fromEntries(
      AUDIENCES.map((name) => [name, new InProcess(this.services[name].getHttpAdapter().getInstance(), timeoutMs)]),
    ) as Record<Audience, InProcess>;
    const gateway = await createGateway({
      publicUrl: 'http://127.0.0.1:8420',
      tls: undefined,
      behindTlsProxy: false,
      directory: {
        session: async (cookie) => this.answer(this.sessions.get(/session=(\w+)/.exec(cookie)?.[1] ?? '')),
        device: async (token) => this.answer(this.devices.get(token)),
      },
      signer: this.signer,
      upstreams,
      documents: this.documents(),
      webRoot: this.webRoot,
      logger: silentLogger,
      health: async () => ({ postgres: true }),
      ...deps,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** Starts it on a free port of this machine. */
  async listen(
    options: Parameters<GatewayHarness['gateway']>[0] = {},
  ): Promise<{ url: string; gateway: FastifyInstance }> {
    const gateway = await this.gateway(options);
    return { url: await gateway.listen({ host: '127.0.0.1', port: 0 }), gateway };
  }

  person(): Person {
    const session = randomBytes(8).toString('hex');
    const device = randomBytes(32).toString('base64url');
    const actor: AccountActor = {
      kind: 'account',
      userId: session,
      subject: newRef(SubjectRef),
      member: newRef(MemberRef),
      org: newRef(OrgRef),
      role: 'owner',
      session: newRef(SessionRef),
    };
    this.sessions.set(session, actor);
    this.devices.set(device, { kind: 'device', subject: actor.subject, org: actor.org, device: newRef(DeviceRef) });
    return { actor, cookie: `session=${session}; daybook.vault=vaultvalue`, device };
  }
  revoke({ device }: Person): void {
    this.devices.delete(device);
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => closeGateway(gateway, 100)));
    await Promise.all(Object.values(this.services).map((service) => service.close()));
    rmSync(this.webRoot, { recursive: true, force: true });
  }

  private answer<T>(found: T | undefined): T | null {
    if (this.directoryDown) throw new Error('connection refused');
    return found ?? null;
  }
}

export interface Asked {
  status: number;
  headers: Headers;
  text: string;
  seen: Seen;
}
export const ORIGIN = 'http://127.0.0.1:8420';

/** As a person's browser or an agent asks; `origin` is sent unless told otherwise. */
export async function ask(
  url: string,
  method: string,
  path: string,
  options: { cookie?: string; device?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Asked> {
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(options.cookie && { cookie: options.cookie, origin: ORIGIN }),
      ...(options.device && { authorization: `Bearer ${options.device}` }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: options.body }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : {};
  return { status: answer.status, headers: answer.headers, text, seen: json as Seen };
}
