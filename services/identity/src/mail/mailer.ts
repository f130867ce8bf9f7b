import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer, { type Transporter } from 'nodemailer';

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** Letters hold a link and nothing else. Without a mail server they are put into a folder, for the operator to hand over. */
export class Mailer {
  private readonly transport: Transporter;

  constructor(
    smtpUrl: string | undefined,
    private readonly folder: string,
    private readonly from: string,
  ) {
    this.transport = smtpUrl
      ? nodemailer.createTransport(smtpUrl)
      : nodemailer.createTransport({ streamTransport: true, buffer: true });
  }

  async send(letter: Letter): Promise<void> {
    const sent = (await this.transport.sendMail({ from: this.from, ...letter })) as { message?: Buffer };
    if (!sent.message) return;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.folder, `${Date.now()}-${randomBytes(4).toString('hex')}.eml`), sent.message, {
      mode: 0o600,
    });
  }
}
