import { type AccountActor, Device, DeviceRef, DeviceToken, DeviceTokenRequest } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { APIError } from 'better-auth/api';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Auth } from '../auth/auth.js';
import { AUTH } from '../tokens.js';
import { Devices } from './devices.js';

const DeviceList = z.object({ items: z.array(Device) }).meta({ id: 'DeviceList' });

@Controller('v1')
export class DeviceController {
  constructor(
    @Inject(Devices) private readonly devices: Devices,
    @Inject(AUTH) private readonly auth: Auth,
  ) {}

  /** The token end of RFC 8628; its errors are that RFC's, not problem details. */
  @Post('devices/token')
  @HttpCode(200)
  @For('anybody')
  @Answers(200, DeviceToken, 'A narrow, revocable device token; never a session')
  @Answers(
    400,
    z.object({ error: z.string(), error_description: z.string().optional() }).meta({ id: 'DeviceTokenError' }),
  )
  @Refuses(422)
  async token(
    @Body({ schema: DeviceTokenRequest }) body: z.infer<typeof DeviceTokenRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    // A code of another shape is nobody's, and may hold what the database cannot.
    if (!/^[A-Za-z0-9]{1,128}$/.test(body.device_code)) {
      reply.status(400);
      return { error: 'invalid_grant' };
    }
    try {
      const { userId } = await this.auth.api.redeemForDevice({ body: { device_code: body.device_code } });
      const { device, token } = await this.devices.pair(userId, deviceName(body.device_name));
      return {
        access_token: token,
        token_type: 'Bearer' as const,
        device,
        scope: 'activity:write consent:read' as const,
      };
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
      reply.status(400);
      const { error: code = 'invalid_grant', error_description } = (error.body ?? {}) as {
        error?: string;
        error_description?: string;
      };
      return { error: code, ...(error_description && { error_description }) };
    }
  }

  @Get('me/devices')
  @For('account')
  @Answers(200, DeviceList)
  @Refuses(401)
  async list(@TheActor() actor: AccountActor) {
    return { items: await this.devices.list(actor) };
  }

  @Delete('me/devices/:id')
  @HttpCode(204)
  @For('account')
  @Answers(204, undefined, 'Revoked: its token is refused from now on')
  @Refuses(401, 403, 404, 422)
  revoke(@TheActor() actor: AccountActor, @Param('id', { schema: DeviceRef }) device: DeviceRef) {
    return this.devices.revoke(actor, device);
  }
}

/** Without control characters, which a list of devices has no use for. */
const deviceName = (given = ''): string => given.replaceAll(/\p{C}/gu, '').trim() || 'Desktop agent';
