import { useState } from 'react';
import type { Row } from './rows.js';

/** The draft to look at after this one is decided: the next in the list, else the nearest before. */
export function nextDraft(rows: readonly Row[], key: string | undefined): string | undefined {
  const at = rows.findIndex((row) => row.key === key);
  const isDraft = (row: Row) => row.kind === 'draft' && row.key !== key;
  return (rows.slice(at + 1).find(isDraft) ?? rows.slice(0, Math.max(0, at)).findLast(isDraft))?.key;
}

/** What list, lane and detail show together: what the person chose, else the first draft, else nothing. */
export function useSelection(rows: readonly Row[]) {
  const [chosen, choose] = useState<string>();
  const selected = rows.find((row) => row.key === chosen) ?? rows.find((row) => row.kind === 'draft');
  const move = (by: 1 | -1) => {
    const at = rows.findIndex((row) => row.key === selected?.key);
    const to = at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
    choose(rows[to]?.key);
  };
  return { selected, choose, move };
}
