import {
  type ClientRef,
  Instant,
  type MemberActor,
  type NewProject,
  PROJECT_COLOURS,
  type Project,
  type ProjectChange,
  ProjectRef,
} from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import type { EventStore } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import type { z } from 'zod';
import { newId } from '../new-id.js';
import { timesheetsProblems } from '../timesheets.problems.js';
import { type ProjectEvent, projectRecord, projectStream } from './project-fact.js';

interface ProjectRow {
  id: string;
  name: string;
  client: string | null;
  colour: Project['colour'];
  initials: string;
  billable: boolean;
  archived: boolean;
}

export interface ProjectsParts {
  database: Database;
  store: EventStore;
  clock: () => Date;
  /** Something waits in the outbox. */
  onFacts: () => void;
}

/** Projects of an organisation. Members read them; owners and managers change them. Opening and archiving are facts for others, names are not. */
export class Projects {
  constructor(private readonly parts: ProjectsParts) {}

  async list(actor: MemberActor): Promise<Project[]> {
    const { rows } = await this.parts.database.query<ProjectRow>(
      `SELECT ${COLUMNS} FROM project WHERE org = $1 ORDER BY lower(name), id`,
      [actor.org],
    );
    return rows.map(toProject);
  }

  async open(actor: MemberActor, body: z.infer<typeof NewProject>, key?: string): Promise<Project> {
    mayManage(actor);
    const id = ProjectRef.parse(body.id ?? newId('project', actor.member, key));
    const opened = await this.parts.database.transaction(async (tx) => {
      await knownClient(tx, actor, body.client);
      const { rows } = await tx.query<ProjectRow>(
        `INSERT INTO project (id, org, name, client, colour, initials, billable, archived)
         SELECT $1, $2, $3, $4, coalesce($5, ($6::text[])[1 + count(*) % cardinality($6::text[])]), $7, $8, false FROM project WHERE org = $2
         ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
        [
          id,
          actor.org,
          body.name,
          body.client ?? null,
          body.colour ?? null,
          PROJECT_COLOURS,
          initialsOf(body.name),
          body.billable,
        ],
      );
      if (!rows[0]) return this.openedBefore(tx, actor, id, body);
      await this.record(tx, actor, id, 0, 'ProjectOpened');
      return toProject(rows[0]);
    });
    this.parts.onFacts();
    return opened;
  }

  async change(actor: MemberActor, id: ProjectRef, change: z.infer<typeof ProjectChange>): Promise<Project> {
    mayManage(actor);
    const changed = await this.parts.database.transaction(async (tx) => {
      const before = await find(tx, actor, id, 'FOR UPDATE');
      if (!before) throw problems.not_found('there is no such project');
      if (change.client !== before.client) await knownClient(tx, actor, change.client);
      const { client, ...after } = { ...before, ...change };
      const { rows } = await tx.query<ProjectRow>(
        `UPDATE project SET name = $2, client = $3, colour = $4, initials = $5, billable = $6, archived = $7 WHERE id = $1 RETURNING ${COLUMNS}`,
        [id, after.name, client ?? null, after.colour, initialsOf(after.name), after.billable, after.archived],
      );
      if (after.archived !== before.archived) {
        const { version } = await this.parts.store.read(tx, projectStream(id));
        await this.record(tx, actor, id, version, after.archived ? 'ProjectArchived' : 'ProjectRestored');
      }
      return toProject(rows[0] as ProjectRow);
    });
    this.parts.onFacts();
    return changed;
  }

  /** The same id again is the same project, when it says the same. */
  private async openedBefore(
    tx: Tx,
    actor: MemberActor,
    id: ProjectRef,
    { name, client, colour, billable }: z.infer<typeof NewProject>,
  ): Promise<Project> {
    const before = await find(tx, actor, id);
    const same =
      before?.name === name &&
      before.client === client &&
      before.billable === billable &&
      (colour === undefined || before.colour === colour);
    if (!same) throw timesheetsProblems.id_taken('leave the id out, or make a new random one');
    return before;
  }

  private async record(
    tx: Tx,
    { org }: MemberActor,
    project: ProjectRef,
    version: number,
    type: ProjectEvent['type'],
  ): Promise<void> {
    const at = Instant.parse(this.parts.clock().toISOString());
    const event: ProjectEvent = { type, data: { org, at } };
    await this.parts.store.append(tx, projectStream(project), version, [event]);
    await this.parts.store.publish(tx, 'timesheets.projects.v1', [projectRecord(project, event)]);
  }
}

const COLUMNS = 'id, name, client, colour, initials, billable, archived';

async function find(tx: Tx, { org }: MemberActor, id: ProjectRef, lock = ''): Promise<Project | undefined> {
  const { rows } = await tx.query<ProjectRow>(`SELECT ${COLUMNS} FROM project WHERE id = $1 AND org = $2 ${lock}`, [
    id,
    org,
  ]);
  return rows.map(toProject)[0];
}

async function knownClient(tx: Tx, { org }: MemberActor, client: ClientRef | null | undefined): Promise<void> {
  if (!client) return;
  const { rowCount } = await tx.query(`SELECT 1 FROM catalogue_item WHERE id = $1 AND org = $2 AND kind = 'client'`, [
    client,
    org,
  ]);
  if (!rowCount) throw timesheetsProblems.client_unknown('choose one of your organisation’s clients');
}

/** Owners and managers decide what time is booked on; a freelancer is the owner of their own organisation. */
export function mayManage(actor: MemberActor): void {
  if (actor.role === 'member') throw problems.role_required('an owner or manager does this');
}

const toProject = ({ id, client, ...row }: ProjectRow): Project => ({
  id: ProjectRef.parse(id),
  ...row,
  ...(client && { client: client as ClientRef }),
});

/** Two letters that stand beside the colour, so that no meaning rests on it. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0] ?? '') : [...(words[0] ?? '?')];
  const upper = [...letters.join('').toUpperCase()];
  // Two characters, or one that takes the room of two: none is cut in half.
  return (upper.slice(0, 2).join('').length <= 2 ? upper.slice(0, 2) : upper.slice(0, 1)).join('');
}
