import type { LogFields, Logger } from '@daybook/service-kit';
import nodemailer from 'nodemailer';

/** Errors of this long are gathered into the first letter … */
const GATHER_MS = 60_000;
/** … and the next letter waits this long. */
const QUIET_MS = 15 * 60_000;

export interface NoticeOptions {
  smtpUrl: string;
  to: string;
  from: string;
  gatherMs?: number;
  quietMs?: number;
}

/**
 * Tells the operator by mail that something failed: which service, which code, how often, in the words of our own code. No time of a
 * single error, no route, no value: nobody can connect a notice to a person (P28).
 */
export class ErrorNotices {
  private readonly counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private readonly transport;

  constructor(private readonly options: NoticeOptions) {
    this.transport = nodemailer.createTransport(options.smtpUrl);
  }

  /** The same logger, watched. */
  watching(logger: Logger, service: string): Logger {
    return {
      ...logger,
      error: (fields, message) => {
        logger.error(fields, message);
        this.note(service, fields, message);
      },
      child: (name) => this.watching(logger.child(name), name),
    };
  }

  /** Sends what is gathered; what cannot be sent is kept for the next letter. */
  async send(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = [...this.counts];
    if (!gathered.length) return;
    this.counts.clear();
    const { to, from, quietMs = QUIET_MS } = this.options;
    try {
      await this.transport.sendMail({ to, from, subject: 'Daybook: something failed', text: letter(gathered) });
    } catch {
      for (const [line, count] of gathered) this.counts.set(line, count + (this.counts.get(line) ?? 0));
    }
    this.later(quietMs);
  }

  close(): void {
    clearTimeout(this.timer);
    this.transport.close();
  }

  private note(service: string, { code }: LogFields, message: string): void {
    const line = `${service} · ${code ?? 'unknown'} · ${message}`;
    this.counts.set(line, (this.counts.get(line) ?? 0) + 1);
    if (!this.timer) this.later(this.options.gatherMs ?? GATHER_MS);
  }

  private later(ms: number): void {
    this.timer = setTimeout(() => void this.send(), ms);
    this.timer.unref();
  }
}

const letter = (gathered: [string, number][]): string =>
  [
    'Since the last notice:',
    '',
    ...gathered.map(([line, count]) => `${count} × ${line}`),
    '',
    'The log of this installation has the same codes. Neither holds what people recorded, nor who was affected.',
  ].join('\n');
