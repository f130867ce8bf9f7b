/** What a key does on the day page while the list or the lane has the focus. */
export type KeyAct =
  | { act: 'next' | 'previous' | 'accept' | 'picker' | 'rule' | 'ignore' | 'edit' | 'undo' }
  | { act: 'dayBefore' | 'dayAfter' | 'today' | 'filter' | 'add' | 'help' }
  | { act: 'project'; index: number };

const KEYS: Record<string, KeyAct['act']> = {
  j: 'next',
  k: 'previous',
  Enter: 'accept',
  p: 'picker',
  r: 'rule',
  i: 'ignore',
  e: 'edit',
  u: 'undo',
  '[': 'dayBefore',
  ']': 'dayAfter',
  t: 'today',
  '/': 'filter',
  n: 'add',
  '?': 'help',
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** Arrows always move; single letters, digits and Enter act only while the person has not switched them off. */
export function actOf({ key, ctrlKey, metaKey, altKey }: Pressed, singleKeys: boolean): KeyAct | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === 'ArrowDown') return { act: 'next' };
  if (key === 'ArrowUp') return { act: 'previous' };
  if (!singleKeys) return undefined;
  if (/^[1-5]$/.test(key)) return { act: 'project', index: Number(key) - 1 };
  const act = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  return act && act !== 'project' ? ({ act } as KeyAct) : undefined;
}

/** The help dialog, column by column. */
export const KEY_HELP: { title: string; keys: [words: string, ...keys: string[]][] }[] = [
  {
    title: 'Move',
    keys: [
      ['next, previous', 'j', 'k'],
      ['day before, after', '[', ']'],
      ['today', 't'],
      ['filter', '/'],
    ],
  },
  {
    title: 'Decide',
    keys: [
      ['accept, or edit an entry', 'Enter'],
      ['suggested project', '1', '–', '5'],
      ['pick a project', 'p'],
      ['make a rule', 'r'],
      ['ignore', 'i'],
      ['undo', 'u'],
    ],
  },
  {
    title: 'Change',
    keys: [
      ['edit', 'e'],
      ['add time', 'n'],
      ['this help', '?'],
    ],
  },
];
