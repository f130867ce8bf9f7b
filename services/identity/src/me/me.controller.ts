import {
  type AccountActor,
  HEADERS,
  Me,
  MeChange,
  PasswordProof,
  Session,
  SessionRef,
  VAULT_COOKIE,
  VaultUnlock,
  VaultUnlocked,
  Welcomed,
} from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { PUBLIC_URL } from '../tokens.js';
import { Profile } from './profile.js';
import { type Opened, UnlockVault } from './unlock-vault.js';

const SessionList = z.object({ items: z.array(Session) }).meta({ id: 'SessionList' });

@Controller('v1/me')
@For('account')
export class MeController {
  constructor(
    @Inject(Profile) private readonly profile: Profile,
    @Inject(UnlockVault) private readonly vault: UnlockVault,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get()
  @Answers(200, Me)
  @Refuses(401)
  read(@TheActor() actor: AccountActor, @Headers(HEADERS.vault) vault?: string) {
    return this.profile.read(actor, vault ? 'open' : 'locked');
  }

  @Patch()
  @Answers(200, Me)
  @Refuses(401, 403, 422)
  async change(
    @TheActor() actor: AccountActor,
    @Body({ schema: MeChange }) change: z.infer<typeof MeChange>,
    @Headers(HEADERS.vault) vault?: string,
  ) {
    await this.profile.change(actor, change);
    return this.profile.read(actor, vault ? 'open' : 'locked');
  }

  @Post('vault/unlock')
  @HttpCode(200)
  @Answers(200, VaultUnlocked)
  @Refuses(401, 403, 409, 422)
  async unlock(
    @TheActor() actor: AccountActor,
    @Body({ schema: VaultUnlock }) body: z.infer<typeof VaultUnlock>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const opened = await this.vault.unlock(actor, body);
    this.setCookie(reply, opened);
    return { vault: 'open' as const, ...(opened.recoveryCode && { recoveryCode: opened.recoveryCode }) };
  }

  @Post('vault/recovery-code')
  @HttpCode(201)
  @Answers(201, Welcomed, 'A new recovery code, shown this once; the old one opens nothing any more')
  @Refuses(401, 403, 422)
  async renewRecoveryCode(
    @TheActor() actor: AccountActor,
    @Body({ schema: PasswordProof }) { password }: z.infer<typeof PasswordProof>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const opened = await this.vault.renewRecoveryCode(actor, password);
    this.setCookie(reply, opened);
    return { recoveryCode: opened.recoveryCode };
  }

  @Get('sessions')
  @Answers(200, SessionList)
  @Refuses(401)
  async sessions(@TheActor() actor: AccountActor) {
    return { items: await this.profile.sessions(actor) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @Answers(204, undefined, 'Ended')
  @Refuses(401, 403, 404, 422)
  endSession(@TheActor() actor: AccountActor, @Param('id', { schema: SessionRef }) session: SessionRef) {
    return this.profile.endSession(actor, session);
  }

  private setCookie(reply: FastifyReply, { cookie, expires }: Opened): void {
    const secure = this.publicUrl.startsWith('https:') ? '; Secure' : '';
    reply.header(
      'set-cookie',
      `${VAULT_COOKIE}=${cookie}; Path=/; HttpOnly; SameSite=Strict; Expires=${expires.toUTCString()}${secure}`,
    );
  }
}
