import { SESSION_CALLS } from '@daybook/contracts';
import { ForPeers } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Directory } from './session-directory.js';

const { session, device } = SESSION_CALLS;

@Controller()
export class SessionController {
  constructor(@Inject(Directory) private readonly directory: Directory) {}

  @Post(session.path)
  @HttpCode(200)
  @ForPeers('gateway')
  async session(@Body({ schema: session.question }) { cookie }: { cookie: string }) {
    return { actor: await this.directory.session(cookie) };
  }

  @Post(device.path)
  @HttpCode(200)
  @ForPeers('gateway')
  async device(@Body({ schema: device.question }) { token }: { token: string }) {
    return { actor: await this.directory.device(token) };
  }
}
