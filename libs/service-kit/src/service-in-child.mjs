// A service in a process of its own, for the spec of what every such process does. It says on stdout what it opens and closes.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActorVerifier, createService, LISTENER, PROCESS, runService } from '@daybook/service-kit';
import { z } from 'zod';

class MissingKeys extends Error {}
const say = (what) => console.log(what);
const closing = (what) => ({ close: async () => say(`${what} closed`) });
const reach = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy()));
    socket.on('error', reject);
  });

await runService({
  name: 'privacy',
  environment: z.object({
    ...PROCESS,
    ...LISTENER,
    DAYBOOK_SPEC_DEPENDENCY: z.coerce.number(),
    DAYBOOK_SPEC_FAULT: z.string().optional(),
  }),
  migrate: ({ open, config }) =>
    open('database', () => closing(`database ${new URL(config.DAYBOOK_DATABASE_OWNER_URL).pathname}`)),
  commands: {
    replay: async ({ open }) => {
      await open('database', () => closing('database'));
      return '2 rows were put right';
    },
  },
  start: async ({ config, logger, listener, telemetry, open }) => {
    if (config.DAYBOOK_SPEC_FAULT === 'known') throw new MissingKeys('root.key is missing: put it back');
    if (config.DAYBOOK_SPEC_FAULT === 'bug') throw new TypeError('a bug');
    await open(
      'database',
      () => closing('database'),
      () => reach(config.DAYBOOK_SPEC_DEPENDENCY),
    );
    await open('event log', () => closing('event log'));
    const app = await createService({
      name: 'privacy',
      logger,
      listener,
      telemetry,
      actors: new ActorVerifier('privacy', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      mount: async (instance) => {
        instance.get('/v1/slow', async () => {
          say('asked');
          await sleep(600);
          say('answered');
          return 'done';
        });
      },
    });
    return {
      server: app.getHttpAdapter().getInstance(),
      host: config.DAYBOOK_LISTEN_HOST,
      port: config.DAYBOOK_LISTEN_PORT,
      start: async () => say('started'),
      stop: async () => {
        await app.close();
        say('stopped');
      },
      announce: async () => 'make your account',
    };
  },
});
