import type { ErasureCase, ErasureRequest } from '@daybook/contracts';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { shortDay } from '../time/format.js';

/** What has to be typed before everything goes. */
export const TYPED = 'erase everything';

/** What an erasure takes and what it leaves, before it is ordered. */
export function eraseWords(request: ErasureRequest): { title: string; goes: string[]; stays: string[] } {
  const sheets = 'Your time sheets and entries, also those made from drafts';
  const consents = 'Your choices: what is on stays on, and new work is remembered';
  const rules = 'Your rules';
  switch (request.scope) {
    case 'source': {
      const name = request.source ? SOURCE_WORDS[request.source].name : 'this source';
      return {
        title: `Erase ${name}`,
        goes: [`Everything that ${name} brought, of every day`, 'Drafts that were made from it'],
        stays: [sheets, 'Other sources', rules, consents],
      };
    }
    case 'day':
      return {
        title: request.day ? `Erase ${shortDay(request.day)}` : 'Erase this day',
        goes: ['Everything remembered of that day, of every source', 'Its drafts, and what you decided about them'],
        stays: [sheets, 'Other days', rules, consents],
      };
    case 'before':
      return {
        title: request.before ? `Erase before ${shortDay(request.before)}` : 'Erase the days before',
        goes: [
          'Everything remembered of all days before, of every source',
          'Their drafts, and what you decided about them',
        ],
        stays: [sheets, request.before ? `${shortDay(request.before)} and later` : 'Later days', rules, consents],
      };
    case 'everything':
      return {
        title: 'Erase everything',
        goes: [
          'Everything remembered, of every source and every day',
          'All drafts, and what you decided about them',
          'Your rules',
        ],
        stays: [sheets, consents],
      };
  }
}

/** What a case was about, as far as it says: it names no day. */
export function caseWords({ scope, source }: Pick<ErasureCase, 'scope' | 'source'>): string {
  if (scope === 'source' && source) return SOURCE_WORDS[source].name;
  return { source: 'One source', everything: 'Everything', before: 'All days before a day', day: 'One day' }[scope];
}
