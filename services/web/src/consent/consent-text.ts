import type { AGENT_SOURCES } from './source-words.js';

export type AgentSource = (typeof AGENT_SOURCES)[number];

/**
 * What a person agrees to, word by word. A change of meaning needs a new `CONSENT_TEXT_VERSION`, which asks everybody again.
 * `example` is made up; where the person's own day is on hand it stands there instead.
 */
export const CONSENT_TEXT: Record<
  AgentSource,
  { fields: string; read: string; keep: string; never: string; gives: string; limit: string; example: string[] }
> = {
  files: {
    fields: 'name, path, save time',
    read: 'That a file was saved, in the folders you grant on your computer. No other folder is looked at.',
    keep: 'file name, path, save time.',
    never: 'What is in a file, its size, or anything worked out from its contents.',
    gives: 'which project you worked on, and when, from where you saved',
    limit: 'It sends these fields and nothing else, only from folders you granted; the server drops anything more.',
    example: ['10:41  invoice-march.xlsx', '/home/you/clients/acme/invoice-march.xlsx'],
  },
  web: {
    fields: 'address, title, time, browser',
    read: 'The history of the browser profiles you add: Chrome and its relatives, Firefox.',
    keep: 'address without what follows ? or #, title, time, seconds in view, which browser.',
    never: 'Private windows, what is on a page, what you type into it, profiles you did not add.',
    gives: 'which project you read and worked for in the browser, and when',
    limit:
      'It cuts addresses before they leave your computer; the server refuses one that was not cut. A title is kept as the page gives it; it can repeat a search.',
    example: ['10:41  Quarterly plan', 'https://docs.example.org/plans/q3  ·  Firefox'],
  },
};
