import type { Day, NewEntry } from '@daybook/contracts';
import { ApiProblem, api, newId } from '../api/client.js';
import { type DraftRow, isCorrected } from './rows.js';

/** A draft whose entry was added while the draft itself could not be put away. */
export class HalfAccepted extends Error {
  constructor(
    readonly row: DraftRow,
    readonly entry: string,
    override readonly cause: unknown,
  ) {
    super('the entry was added, the draft is still there');
  }
}

export const draftPath = (day: Day, draft: string): string => `/v1/days/${day}/drafts/${draft}`;

export function entryOf(day: Day, row: DraftRow): NewEntry {
  const note = row.edit.note?.trim();
  return {
    id: newId() as NonNullable<NewEntry['id']>,
    day,
    start: row.start,
    end: row.end,
    seconds: row.seconds,
    project: row.project as NewEntry['project'],
    ...(note && { note }),
  };
}

/** First the entry, then the decision: work is never lost between the two, and the same entry sent twice is one. */
export async function acceptDraft(day: Day, row: DraftRow, entry: NewEntry): Promise<void> {
  await api('POST', '/v1/entries', { body: entry });
  await putAway(day, row, entry.id as string);
}

export async function putAway(day: Day, row: DraftRow, entry: string): Promise<void> {
  const decision = isCorrected(row) ? 'correct' : 'accept';
  try {
    await api('POST', `${draftPath(day, row.draft.id)}/${decision}`, {
      body: { evidence: row.draft.evidence, project: row.project },
    });
  } catch (error) {
    throw new HalfAccepted(row, entry, error);
  }
}

export const ignoreDraft = (day: Day, row: DraftRow): Promise<void> =>
  api('POST', `${draftPath(day, row.draft.id)}/ignore`, { body: { evidence: row.draft.evidence } });

/** The draft is on the day again, and its entry gone; what is gone already is no fault. */
export async function takeBack(day: Day, draft: string, entry?: string): Promise<void> {
  if (entry) await gone(api('DELETE', `/v1/entries/${entry}`));
  await gone(api('DELETE', `${draftPath(day, draft)}/decision`));
}
const gone = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
  });
