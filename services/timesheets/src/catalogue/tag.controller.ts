import { type MemberActor, NewTag, Tag, TagChange, TagRef } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Catalogue } from './catalogue.js';
import { TAGS } from './tokens.js';

const TagList = z.object({ items: z.array(Tag) }).meta({ id: 'TagList' });

@Controller('v1/tags')
@For('member')
export class TagController {
  constructor(@Inject(TAGS) private readonly tags: Catalogue) {}

  @Get()
  @Answers(200, TagList)
  @Refuses(401)
  async list(@TheActor() actor: MemberActor) {
    return { items: await this.tags.list(actor) };
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Tag)
  @Refuses(401, 403, 409, 422)
  add(
    @TheActor() actor: MemberActor,
    @Body({ schema: NewTag }) body: z.infer<typeof NewTag>,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.tags.add(actor, body, key);
  }

  @Patch(':id')
  @Answers(200, Tag)
  @Refuses(401, 403, 404, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: TagRef }) id: TagRef,
    @Body({ schema: TagChange }) body: z.infer<typeof TagChange>,
  ) {
    return this.tags.change(actor, id, body);
  }
}
