import { BROKER_CALLS } from '@daybook/contracts';
import { ForPeers } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { KeyBroker } from './key-broker.js';

const { directory, open } = BROKER_CALLS;

@Controller()
export class BrokerController {
  constructor(@Inject(KeyBroker) private readonly broker: KeyBroker) {}

  @Post(directory.path)
  @HttpCode(200)
  @ForPeers('timeline')
  directory(@Body({ schema: directory.question }) { grant, day }: z.output<typeof directory.question>) {
    return this.broker.directory(grant, day);
  }

  @Post(open.path)
  @HttpCode(200)
  @ForPeers('timeline')
  async open(@Body({ schema: open.question }) asked: z.output<typeof open.question>) {
    const keys = await this.broker.open(asked.grant, asked.purpose, asked.day, asked.keys);
    return z.encode(open.answer, { keys });
  }
}
