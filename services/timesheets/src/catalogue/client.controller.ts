import { Client, ClientChange, ClientRef, type MemberActor, NewClient } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Catalogue } from './catalogue.js';
import { CLIENTS } from './tokens.js';

const ClientList = z.object({ items: z.array(Client) }).meta({ id: 'ClientList' });

@Controller('v1/clients')
@For('member')
export class ClientController {
  constructor(@Inject(CLIENTS) private readonly clients: Catalogue) {}

  @Get()
  @Answers(200, ClientList)
  @Refuses(401)
  async list(@TheActor() actor: MemberActor) {
    return { items: await this.clients.list(actor) };
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Client)
  @Refuses(401, 403, 409, 422)
  add(
    @TheActor() actor: MemberActor,
    @Body({ schema: NewClient }) body: z.infer<typeof NewClient>,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.clients.add(actor, body, key);
  }

  @Patch(':id')
  @Answers(200, Client)
  @Refuses(401, 403, 404, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: ClientRef }) id: ClientRef,
    @Body({ schema: ClientChange }) body: z.infer<typeof ClientChange>,
  ) {
    return this.clients.change(actor, id, body);
  }
}
