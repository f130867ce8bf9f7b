import { randomBytes } from 'node:crypto';
import {
  type ClientRef,
  Instant,
  type MemberActor,
  NewProject,
  PROJECT_COLOURS,
  type Project,
  ProjectChange,
  ProjectRef,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { jsonRecord } from '@daybook/event-log';
import type { EventStore } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import type { z } from 'zod';
import { timesheetsProblems } from '../timesheets.problems.js';

interface ProjectRow {
  id: string;
  name: string;
  client: string | null;
  colour: Project['colour'];
  initials: string;
  billable: boolean;
  archived: boolean;
}

/** Projects of an organisation. Members read them; owners and managers change them. Opening and archiving are facts for others, names are not. */
export class Projects {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly clock: () => Date,
    private readonly onFacts: () => void,
  ) {}

  async list(actor: MemberActor): Promise<Project[]> {
    const { rows } = await this.database.query<ProjectRow>(
      'SELECT id, name, client, colour, initials, billable, archived FROM project WHERE org = $1 ORDER BY lower(name), id',
      [actor.org],
    );
    return rows.map(toProject);
  }

  async open(actor: MemberActor, body: z.infer<typeof NewProject>): Promise<Project> {
    mayManage(actor);
    const id = body.id ?? ProjectRef.parse(randomBytes(16).toString('base64url'));
    const at = this.clock();
    await this.database.transaction(async (tx) => {
      const { rows } = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM project WHERE org = $1', [
        actor.org,
      ]);
      const colour = body.colour ?? PROJECT_COLOURS[(rows[0]?.count ?? 0) % PROJECT_COLOURS.length];
      const { rowCount } = await tx.query(
        'INSERT INTO project (id, org, name, client, colour, initials, billable, archived) VALUES ($1, $2, $3, $4, $5, $6, $7, false) ON CONFLICT DO NOTHING',
        [id, actor.org, body.name, body.client ?? null, colour, initialsOf(body.name), body.billable],
      );
      if (!rowCount) {
        const { rowCount: own } = await tx.query('SELECT 1 FROM project WHERE id = $1 AND org = $2 AND name = $3', [
          id,
          actor.org,
          body.name,
        ]);
        if (!own) throw timesheetsProblems.id_taken('leave the id out, or make a new random one');
        return;
      }
      const fact = { type: 'ProjectOpened' as const, org: actor.org, project: id, at: Instant.parse(at.toISOString()) };
      await this.store.append(tx, `project:${id}`, 0, [
        { type: 'ProjectOpened', data: { org: actor.org, at: fact.at } },
      ]);
      await this.store.publish(tx, 'timesheets.projects.v1', [jsonRecord('timesheets.projects.v1', actor.org, fact)]);
    });
    this.onFacts();
    return this.get(actor, id);
  }

  async change(actor: MemberActor, id: ProjectRef, change: z.infer<typeof ProjectChange>): Promise<Project> {
    mayManage(actor);
    await this.database.transaction(async (tx) => {
      const before = toProject(
        (await tx.query<ProjectRow>('SELECT * FROM project WHERE id = $1 AND org = $2 FOR UPDATE', [id, actor.org]))
          .rows[0],
      );
      const after = {
        ...before,
        ...change,
        client: change.client === undefined ? before.client : (change.client ?? undefined),
        initials: change.name ? initialsOf(change.name) : before.initials,
      };
      await tx.query(
        'UPDATE project SET name = $2, client = $3, colour = $4, initials = $5, billable = $6, archived = $7 WHERE id = $1',
        [id, after.name, after.client ?? null, after.colour, after.initials, after.billable, after.archived],
      );
      if (after.archived === before.archived) return;
      const at = Instant.parse(this.clock().toISOString());
      const { version } = await this.store.read(tx, `project:${id}`);
      await this.store.append(tx, `project:${id}`, version, [
        { type: after.archived ? 'ProjectArchived' : 'ProjectRestored', data: { org: actor.org, at } },
      ]);
      const fact = {
        type: after.archived ? ('ProjectArchived' as const) : ('ProjectOpened' as const),
        org: actor.org,
        project: id,
        at,
      };
      await this.store.publish(tx, 'timesheets.projects.v1', [jsonRecord('timesheets.projects.v1', actor.org, fact)]);
    });
    this.onFacts();
    return this.get(actor, id);
  }

  /** A project that time can be booked on. */
  async bookable(actor: MemberActor, id: ProjectRef): Promise<Project> {
    const { rows } = await this.database.query<ProjectRow>('SELECT * FROM project WHERE id = $1 AND org = $2', [
      id,
      actor.org,
    ]);
    if (!rows[0]) throw timesheetsProblems.project_unknown('choose one of your organisation’s projects');
    if (rows[0].archived) throw timesheetsProblems.project_archived('restore it, or choose another');
    return toProject(rows[0]);
  }

  private async get(actor: MemberActor, id: ProjectRef): Promise<Project> {
    return toProject(
      (await this.database.query<ProjectRow>('SELECT * FROM project WHERE id = $1 AND org = $2', [id, actor.org]))
        .rows[0],
    );
  }
}

/** Owners and managers decide what time is booked on; a freelancer is the owner of their own organisation. */
export function mayManage(actor: MemberActor): void {
  if (actor.role === 'member') throw problems.role_required('an owner or manager does this');
}

function toProject(row: ProjectRow | undefined): Project {
  if (!row) throw problems.not_found('there is no such project');
  const { id, name, client, colour, initials, billable, archived } = row;
  return {
    id: ProjectRef.parse(id),
    name,
    ...(client && { client: client as ClientRef }),
    colour,
    initials,
    billable,
    archived,
  };
}

/** Two letters that stand beside the colour, so that no meaning rests on it. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0] ?? '') : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toLocaleUpperCase().slice(0, 2) || '?';
}
