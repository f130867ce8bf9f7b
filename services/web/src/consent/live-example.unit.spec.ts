import type { ActivityItem, DayView } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { exampleOf } from './live-example.js';

const item = (source: string, start: string, title: string, detail: Record<string, string>) =>
  ({ id: title, source, start, count: 1, title, detail }) as unknown as ActivityItem;
const day = (...activity: ActivityItem[]) => ({ activity }) as unknown as DayView;

describe('the example of a source', () => {
  it('is the latest row of that source among days on screen', () => {
    const seen = [
      day(item('files', '2026-11-23T09:00:00+01:00', 'old.md', { path: '/w/old.md' })),
      undefined,
      day(
        item('files', '2026-11-24T10:41:00+01:00', 'new.md', { path: '/w/new.md' }),
        item('web', '2026-11-24T11:00:00+01:00', 'Plan', { address: 'https://example.org/plan', browser: 'Firefox' }),
      ),
    ];
    expect(exampleOf('files', seen)).toEqual({ own: true, lines: ['10:41  new.md', '/w/new.md'] });
    expect(exampleOf('web', seen).lines[1]).toBe('https://example.org/plan  ·  Firefox');
  });

  it('is made up, and says so, while no day is on screen', () => {
    expect(exampleOf('files', [])).toMatchObject({ own: false });
    expect(exampleOf('web', [day(item('files', '2026-11-24T10:41:00+01:00', 'a', { path: '/a' }))]).own).toBe(false);
  });
});
