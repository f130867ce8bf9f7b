import { z } from 'zod';

/** Where work is remembered from. Every source is off until the person turns it on (P5). */
export const SOURCES = ['files', 'web', 'gmail', 'google-calendar', 'trello', 'slack'] as const;
export const Source = z.enum(SOURCES).meta({ id: 'Source' });
export type Source = z.infer<typeof Source>;

/** `memory` is what Daybook itself keeps for the person: rules and what drafts learn. It has an alias like a source, but no consent of its own. */
export const AliasKind = z.enum([...SOURCES, 'memory']);
export type AliasKind = z.infer<typeof AliasKind>;
