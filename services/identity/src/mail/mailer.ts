import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@daybook/service-kit';
import nodemailer, { type Transporter } from 'nodemailer';

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** Letters in the folder are useless when their link has expired. */
const KEPT_MS = 3_600_000;

/** Letters hold a link and nothing else. Without a mail server they are put into a folder, for the operator to hand over. */
export class Mailer {
  private readonly transport: Transporter;
  private readonly underway = new Set<Promise<void>>();

  constructor(
    smtpUrl: string | undefined,
    private readonly folder: string,
    private readonly from: string,
    private readonly logger: Logger,
  ) {
    this.transport = smtpUrl
      ? nodemailer.createTransport(smtpUrl)
      : nodemailer.createTransport({ streamTransport: true, buffer: true });
  }

  /** Sends in the background; a failure is logged without address or text. */
  post(letter: Letter): void {
    const sending = this.send(letter)
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : 'unknown';
        this.logger.error({ code: 'mail_failed', error: { name } }, 'a letter could not be sent');
      })
      .finally(() => this.underway.delete(sending));
    this.underway.add(sending);
  }

  /** Resolves when every letter posted before the call is sent or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.underway);
  }

  async removeExpired(now: Date): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.eml'))) {
      const path = join(this.folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && now.getTime() - found.mtimeMs > KEPT_MS) await rm(path, { force: true });
    }
  }

  private async send(letter: Letter): Promise<void> {
    const sent = (await this.transport.sendMail({ from: this.from, ...letter })) as { message?: Buffer };
    if (!sent.message) return;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `${Date.now()}-${randomBytes(4).toString('hex')}.eml`);
    await writeFile(path, sent.message, { mode: 0o600 });
    this.logger.warn({ code: 'letter_in_folder' }, 'no mail server: a letter waits in the mail folder');
  }
}
