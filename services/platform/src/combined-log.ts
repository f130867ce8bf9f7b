const COLOURS = [36, 33, 32, 35, 34, 31];
const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'ERROR', 60: 'ERROR' };
/** Said by every line, or by its columns. */
const KNOWN = new Set(['level', 'time', 'service', 'msg', 'pid', 'hostname']);

export interface LogSink {
  write(text: string): void;
  readonly colour: boolean;
}

/** One log of many processes: who, when, how bad, what, and the fields that the line had. */
export class CombinedLog {
  private readonly columns = new Map<string, number>();
  private width = 10;

  constructor(private readonly sink: LogSink) {}

  /** Takes what a process prints, in whatever pieces it comes. */
  of(name: string): (chunk: Buffer | string) => void {
    this.width = Math.max(this.width, name.length);
    this.columns.set(name, COLOURS[this.columns.size % COLOURS.length] as number);
    let rest = '';
    return (chunk) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) this.line(name, line);
    };
  }

  line(name: string, line: string): void {
    const label = name.padEnd(this.width);
    const painted = this.sink.colour ? `\u001b[${this.columns.get(name) ?? 0}m${label}\u001b[0m` : label;
    this.sink.write(`${painted} │ ${readable(line)}\n`);
  }
}

/** A JSON line in words; anything else as it is. */
export function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const time = /T(\d\d:\d\d:\d\d)/.exec(String(fields.time ?? ''))?.[1] ?? '';
  const level = LEVELS[Number(fields.level)] ?? '';
  const rest = Object.entries(fields)
    .filter(([name]) => !KNOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return [time, level.padEnd(5), fields.msg ?? '', ...rest].join(' ').trim();
}
