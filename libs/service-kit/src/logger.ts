import { pino } from 'pino';

/**
 * What a log line may hold: codes, counts, durations, names of routes, topics and stores. Never a value that somebody sent or
 * stored, an address, a name or a path (P28). The type refuses free objects.
 */
export interface LogFields {
  code?: string;
  count?: number;
  ms?: number;
  route?: string;
  method?: string;
  status?: number;
  topic?: string;
  partition?: number;
  store?: string;
  step?: string;
  error?: { name: string; code?: string; at?: string };
}

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(service: string): Logger;
}

const FIELDS: (keyof LogFields)[] = [
  'code',
  'count',
  'ms',
  'route',
  'method',
  'status',
  'topic',
  'partition',
  'store',
  'step',
  'error',
];

/** JSON lines through pino. Fields are copied by name, so that nothing else can slip through at run time either. */
export function createLogger(
  service: string,
  options: { level?: string; destination?: NodeJS.WritableStream } = {},
): Logger {
  const base = pino(
    { level: options.level ?? 'info', base: {}, timestamp: pino.stdTimeFunctions.isoTime },
    options.destination ?? process.stderr,
  );
  return wrap(base.child({ service }), base);
}

function wrap(target: pino.Logger, base: pino.Logger): Logger {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    const allowed: Record<string, unknown> = {};
    for (const name of FIELDS) if (fields[name] !== undefined) allowed[name] = fields[name];
    target[level](allowed, message);
  };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (service) => wrap(base.child({ service }), base),
  };
}

/** For specs: says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
