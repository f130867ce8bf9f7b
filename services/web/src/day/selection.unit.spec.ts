import { expect, it } from 'vitest';
import type { Row } from './rows.js';
import { nextDraft } from './selection.js';

const rows = ['draft-a', 'entry-b', 'draft-c', 'entry-d'].map((key) => ({ key, kind: key.split('-')[0] })) as Row[];

it('goes to the next draft after a decision, else to the one before, else to nothing', () => {
  expect(nextDraft(rows, 'draft-a')).toBe('draft-c');
  expect(nextDraft(rows, 'draft-c')).toBe('draft-a');
  expect(nextDraft(rows.slice(0, 2), 'draft-a')).toBeUndefined();
  expect(nextDraft(rows, undefined)).toBe('draft-a');
});
