import type { ActivityEvent, Source } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { eventId, instant, save } from '../timeline-installation.spec.js';
import { activityItems } from './activity.js';
import { foldEvents } from './fold.js';

const items = (events: ActivityEvent[], source: Source = 'files') =>
  activityItems(foldEvents([{ source, events }]), 'Europe/Berlin');

describe('the items of a day', () => {
  it('are what was saved, merged where it was saved again soon, in the person’s own time', () => {
    const found = items([
      save('09:00:00', '/clients/a.md'),
      save('09:04:00', '/clients/a.md'),
      save('09:02:00', '/clients/b.md'),
      save('11:00:00', '/clients/a.md'),
    ]);
    expect(found.map(({ title, start, end, count }) => [title, start, end, count])).toEqual([
      ['a.md', '2026-11-24T09:00:00+01:00', '2026-11-24T09:04:00+01:00', 2],
      ['b.md', '2026-11-24T09:02:00+01:00', undefined, 1],
      ['a.md', '2026-11-24T11:00:00+01:00', undefined, 1],
    ]);
  });

  it('show the source’s allowed fields and nothing more (P3)', () => {
    const common = { id: eventId(), rev: 0, op: 'put' as const };
    const page = { address: 'https://wiki.example/a', title: '', browser: 'chrome' };
    const mail = { from: 'ada@example.org', to: ['bob@example.org'], subject: 'Hello', writingMinutes: 5 as const };
    const meeting = { start: instant('10:00:00'), end: instant('11:00:00'), name: 'Weekly', invitees: ['bob'] };
    const at = instant('09:00:00');
    const shown = (event: object, source: Source) =>
      items([{ ...common, ...event } as ActivityEvent], source).map(({ title, detail }) => ({ title, ...detail }))[0];
    expect(shown({ at, path: '/clients/a.md', name: 'a.md' }, 'files')).toEqual({
      title: 'a.md',
      path: '/clients/a.md',
    });
    expect(shown({ at, ...page }, 'web')).toEqual({ title: page.address, address: page.address, browser: 'chrome' });
    expect(shown({ at, ...mail }, 'gmail')).toEqual({ title: 'Hello', from: mail.from, to: mail.to });
    expect(shown(meeting, 'google-calendar')).toEqual({ title: 'Weekly', invitees: ['bob'] });
    expect(shown({ at, kind: 'moved', card: 'Ship it', board: 'Acme' }, 'trello')).toEqual({
      title: 'Ship it',
      board: 'Acme',
      kind: 'moved',
    });
    expect(shown({ hour: at, channel: 'acme', count: 3 }, 'slack')).toEqual({ title: 'acme', count: 3 });
  });
});
