import { DATABASE, KAFKA, LISTENER, PROCESS, SECRET } from '@daybook/service-kit';
import { z } from 'zod';

export const Environment = z.object({
  ...PROCESS,
  ...LISTENER,
  ...DATABASE,
  ...KAFKA,
  ...SECRET,
});
