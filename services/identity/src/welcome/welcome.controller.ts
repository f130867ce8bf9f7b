import {
  type AccountActor,
  HEADERS,
  Instant,
  Invitation,
  NewInvitation,
  Welcome as WelcomeBody,
  Welcomed,
} from '@daybook/contracts';
import { Answers, For, header, problems, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Auth } from '../auth/auth.js';
import { AUTH, PUBLIC_URL } from '../tokens.js';
import { Welcome } from './welcome.js';

@Controller('v1')
export class WelcomeController {
  constructor(
    @Inject(Welcome) private readonly welcome: Welcome,
    @Inject(AUTH) private readonly auth: Auth,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Post('welcome')
  @HttpCode(201)
  @For('anybody')
  @Answers(201, Welcomed, 'Signed in; the recovery code is shown this once')
  @Refuses(403, 409, 422)
  async create(
    @Body({ schema: WelcomeBody }) body: z.infer<typeof WelcomeBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const recoveryCode = await this.welcome.create(body);
    const headers = new Headers({
      origin: this.publicUrl,
      'x-client-ip': header(request, HEADERS.clientIp) ?? '127.0.0.1',
      'user-agent': request.headers['user-agent'] ?? '',
    });
    const signedIn = await this.auth.api.signInEmail({
      body: { email: body.email.toLowerCase(), password: body.password },
      headers,
      asResponse: true,
    });
    reply.header('set-cookie', signedIn.headers.getSetCookie());
    return { recoveryCode };
  }

  @Post('invitations')
  @HttpCode(201)
  @For('account')
  @Answers(201, Invitation, 'A link for one colleague, once, for a week')
  @Refuses(401, 403, 422)
  async invite(
    @TheActor() actor: AccountActor,
    @Body({ schema: NewInvitation }) { email }: z.infer<typeof NewInvitation>,
  ) {
    if (actor.role !== 'owner') throw problems.role_required('only an owner invites');
    const { code, expiresAt } = await this.welcome.invite(actor.org, email);
    return { link: `${this.publicUrl}/welcome#code=${code}`, expiresAt: Instant.parse(expiresAt.toISOString()) };
  }
}
