import { type MemberActor, NewProject, Project, ProjectChange, ProjectRef } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import { Projects } from './projects.js';

const ProjectList = z.object({ items: z.array(Project) }).meta({ id: 'ProjectList' });

@Controller('v1/projects')
@For('member')
export class ProjectController {
  constructor(@Inject(Projects) private readonly projects: Projects) {}

  @Get()
  @Answers(200, ProjectList)
  @Refuses(401)
  async list(@TheActor() actor: MemberActor) {
    return { items: await this.projects.list(actor) };
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Project)
  @Refuses(401, 403, 409, 422)
  open(
    @TheActor() actor: MemberActor,
    @Body({ schema: NewProject }) body: z.infer<typeof NewProject>,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.projects.open(actor, body, key);
  }

  @Patch(':id')
  @Answers(200, Project)
  @Refuses(401, 403, 404, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: ProjectRef }) id: ProjectRef,
    @Body({ schema: ProjectChange }) body: z.infer<typeof ProjectChange>,
  ) {
    return this.projects.change(actor, id, body);
  }
}
