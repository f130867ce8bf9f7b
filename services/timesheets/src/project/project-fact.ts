import type { Instant, OrgRef, ProjectFact, ProjectRef } from '@daybook/contracts';
import type { Event } from '@daybook/decider';
import { jsonRecord } from '@daybook/event-log';

export type ProjectEvent = Event<'ProjectOpened' | 'ProjectArchived' | 'ProjectRestored', { org: OrgRef; at: Instant }>;

export const projectStream = (id: string): string => `project:${id}`;

/** What others are told of an event of a project: references, no names. */
export function projectRecord(project: ProjectRef, { type, data: { org, at } }: ProjectEvent) {
  const fact: ProjectFact = { type: type === 'ProjectArchived' ? type : 'ProjectOpened', org, project, at };
  return jsonRecord('timesheets.projects.v1', org, fact);
}
