import type { MemberActor, ProjectRef } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import { newId } from '../new-id.js';
import { mayManage } from '../project/projects.js';
import { timesheetsProblems } from '../timesheets.problems.js';

export interface CatalogueItem {
  id: string;
  name: string;
  project?: string;
  archived: boolean;
}

/** Clients, tasks and tags: named things without an invariant, so rows and nothing more. */
export class Catalogue {
  constructor(
    private readonly database: Database,
    private readonly kind: 'client' | 'task' | 'tag',
  ) {}

  async list(actor: MemberActor): Promise<CatalogueItem[]> {
    const { rows } = await this.database.query<CatalogueItem>(
      'SELECT id, name, project, archived FROM catalogue_item WHERE org = $1 AND kind = $2 ORDER BY lower(name), id',
      [actor.org, this.kind],
    );
    return rows.map(withoutNull);
  }

  async add(
    actor: MemberActor,
    { id, name, project }: { id?: string | undefined; name: string; project?: ProjectRef },
    key?: string,
  ): Promise<CatalogueItem> {
    mayManage(actor);
    return this.database.transaction(async (tx) => {
      if (project) await knownProject(tx, actor, project);
      const wanted = id ?? newId(this.kind, actor.member, key);
      await tx.query(
        'INSERT INTO catalogue_item (id, org, kind, name, project, archived) VALUES ($1, $2, $3, $4, $5, false) ON CONFLICT DO NOTHING',
        [wanted, actor.org, this.kind, name, project ?? null],
      );
      const { rows } = await tx.query<CatalogueItem>(
        'SELECT id, name, project, archived FROM catalogue_item WHERE id = $1 AND org = $2 AND kind = $3 AND name = $4 AND project IS NOT DISTINCT FROM $5',
        [wanted, actor.org, this.kind, name, project ?? null],
      );
      if (!rows[0]) throw timesheetsProblems.id_taken('leave the id out, or make a new random one');
      return withoutNull(rows[0]);
    });
  }

  async change(
    actor: MemberActor,
    id: string,
    { name, archived }: { name?: string | undefined; archived?: boolean | undefined },
  ): Promise<CatalogueItem> {
    mayManage(actor);
    const { rows } = await this.database.query<CatalogueItem>(
      'UPDATE catalogue_item SET name = coalesce($4, name), archived = coalesce($5, archived) WHERE id = $1 AND org = $2 AND kind = $3 RETURNING id, name, project, archived',
      [id, actor.org, this.kind, name ?? null, archived ?? null],
    );
    if (!rows[0]) throw problems.not_found(`there is no such ${this.kind}`);
    return withoutNull(rows[0]);
  }
}

const withoutNull = ({ project, ...item }: CatalogueItem): CatalogueItem => ({ ...item, ...(project && { project }) });

async function knownProject(tx: Tx, { org }: MemberActor, project: ProjectRef): Promise<void> {
  const { rowCount } = await tx.query('SELECT 1 FROM project WHERE id = $1 AND org = $2', [project, org]);
  if (!rowCount) throw timesheetsProblems.project_unknown('choose one of your organisation’s projects');
}
