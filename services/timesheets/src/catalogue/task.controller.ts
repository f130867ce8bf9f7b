import { type MemberActor, NewTask, Task, TaskChange, TaskRef } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Catalogue } from './catalogue.js';
import { TASKS } from './tokens.js';

const TaskList = z.object({ items: z.array(Task) }).meta({ id: 'TaskList' });

@Controller('v1/tasks')
@For('member')
export class TaskController {
  constructor(@Inject(TASKS) private readonly tasks: Catalogue) {}

  @Get()
  @Answers(200, TaskList)
  @Refuses(401)
  async list(@TheActor() actor: MemberActor) {
    return { items: await this.tasks.list(actor) };
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Task)
  @Refuses(401, 403, 409, 422)
  add(
    @TheActor() actor: MemberActor,
    @Body({ schema: NewTask }) body: z.infer<typeof NewTask>,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.tasks.add(actor, body, key);
  }

  @Patch(':id')
  @Answers(200, Task)
  @Refuses(401, 403, 404, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: TaskRef }) id: TaskRef,
    @Body({ schema: TaskChange }) body: z.infer<typeof TaskChange>,
  ) {
    return this.tasks.change(actor, id, body);
  }
}
