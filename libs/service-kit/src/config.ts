import { z } from 'zod';

/** Names each variable that is missing or bad, what it was and what would do. Stops the boot. */
export class ConfigError extends Error {}

/** Reads the environment once into a frozen object. Field names are the variables' own. */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Record<string, string | undefined> = process.env,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in schema.shape && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const was = given[name] === undefined ? 'is missing' : `is "${withoutPassword(given[name])}"`;
    return `${name} ${was}: ${issue.message}`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** An address may hold a password, and this text ends up in a log. */
const withoutPassword = (value: string): string => value.replace(/(\/\/[^:@/]*):[^@]*@/, '$1:…@');
