import { KAFKA, LISTENER, PROCESS, replicaUrls, SECRET } from '@daybook/service-kit';
import { z } from 'zod';

export const Environment = z.object({
  ...PROCESS,
  ...LISTENER,
  ...KAFKA,
  ...SECRET,
  DAYBOOK_PRIVACY_URLS: replicaUrls,
});
