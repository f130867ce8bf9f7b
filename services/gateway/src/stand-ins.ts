import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SESSION_CALLS, type SessionDirectory } from '@daybook/contracts';
import { Answers, For, ForPeers } from '@daybook/service-kit';
import { Body, Controller, Get, HttpCode, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

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

/** A large answer, and how much of it the service has made so far. */
export const large = { megabytes: 50, made: 0 };
function* megabytes() {
  for (large.made = 0; large.made < large.megabytes; large.made++) yield Buffer.alloc(1_000_000, large.made);
}

/** Who is signed in, for the identity that stands in. */
export const DIRECTORY = Symbol('directory');

@Controller('internal/sessions')
class SessionsStandIn {
  constructor(@Inject(DIRECTORY) private readonly directory: SessionDirectory) {}

  @Post('session')
  @ForPeers('gateway')
  async session(@Body({ schema: SESSION_CALLS.session.question }) { cookie }: { cookie: string }) {
    return { actor: await this.directory.session(cookie) };
  }
  @Post('device')
  @ForPeers('gateway')
  async device(@Body({ schema: SESSION_CALLS.device.question }) { token }: { token: string }) {
    return { actor: await this.directory.device(token) };
  }
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
  @Get('exports/large')
  @For('member')
  @Answers(200, SeenShape)
  large(@Res() reply: FastifyReply) {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'application/octet-stream' });
    void pipeline(Readable.from(megabytes()), reply.raw).catch(() => undefined);
  }
  @Get('entries/hidden')
  @For('anybody')
  @ApiExcludeEndpoint()
  hidden(@Req() request: FastifyRequest) {
    return seen('timesheets', request);
  }
}
/** Real Nest controllers that answer what they saw. */
export const STAND_INS = {
  identity: [IdentityStandIn, SessionsStandIn],
  ingestion: [IngestionStandIn],
  privacy: [PrivacyStandIn],
  timeline: [TimelineStandIn],
  timesheets: [TimesheetsStandIn],
};
