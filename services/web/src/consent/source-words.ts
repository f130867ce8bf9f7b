import type { Source } from '@daybook/contracts';
import {
  IconBrandSlack,
  IconBrandTrello,
  IconCalendar,
  IconFile,
  IconSend,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';

/** How a source is called on screen. */
export const SOURCE_WORDS: Record<Source, { name: string; icon: TablerIcon; one: string; many: string }> = {
  files: { name: 'Files', icon: IconFile, one: 'save', many: 'saves' },
  web: { name: 'Web sites', icon: IconWorld, one: 'page', many: 'pages' },
  gmail: { name: 'Gmail', icon: IconSend, one: 'mail', many: 'mails' },
  'google-calendar': { name: 'Google Calendar', icon: IconCalendar, one: 'meeting', many: 'meetings' },
  trello: { name: 'Trello', icon: IconBrandTrello, one: 'card', many: 'cards' },
  slack: { name: 'Slack', icon: IconBrandSlack, one: 'channel', many: 'channels' },
};
/** Sources that this version can switch on: those a paired computer brings. */
export const AGENT_SOURCES = ['files', 'web'] as const satisfies readonly Source[];
