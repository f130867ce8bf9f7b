import { DATABASE, KAFKA, LISTENER, PROCESS, REDIS, replicaUrls, SECRET } from '@daybook/service-kit';
import { z } from 'zod';

export const Environment = z.object({
  ...PROCESS,
  ...LISTENER,
  ...DATABASE,
  ...KAFKA,
  ...REDIS,
  ...SECRET,
  DAYBOOK_PRIVACY_URLS: replicaUrls,
  /** Address people use. */
  DAYBOOK_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'use an address like https://daybook.example.org' })
    .transform((url) => url.replace(/\/$/, '')),
  DAYBOOK_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'use an address like smtps://user:password@mail.example.org' })
    .optional(),
  /** Where letters wait when there is no mail server. */
  DAYBOOK_MAIL_DIR: z.string('use a folder for letters that no mail server takes'),
});
