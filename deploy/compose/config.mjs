// What the steps before the services read, each from its environment.
import { z } from 'zod';

const folder = z.string('use a folder');

export const CredentialsEnvironment = z.object({
  /** Holds the authority; beside it one folder a name, where the volumes of the others are mounted. */
  DAYBOOK_AUTHORITY: folder,
});

export const TopicsEnvironment = z.object({
  DAYBOOK_CERTIFICATES: folder,
  DAYBOOK_KAFKA_BROKERS: z.string('use host:port,host:port').transform((list) => list.split(',')),
});

export const DatabasesEnvironment = z.object({
  DAYBOOK_CERTIFICATES: folder,
  DAYBOOK_DATABASE_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'use postgres://user@host:port/database' }),
});
