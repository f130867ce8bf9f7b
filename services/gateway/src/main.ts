import { ActorSigner, publicAddress, runService } from '@daybook/service-kit';
import { Environment, WEB_ROOT } from './config.js';
import { RemoteService } from './forward/remote-service.js';
import { createGateway } from './gateway.js';
import { limitsOf } from './limit/limits.js';
import { closeGateway } from './refusal/safe-listen.js';
import { HttpDirectory } from './session/http-directory.js';

await runService({
  name: 'gateway',
  environment: Environment,
  start: async ({ config, certificates, logger, readiness, open }) => {
    const address = publicAddress(config);
    const service = (name: string, urls: string[]) =>
      open(
        name,
        () => RemoteService.open(name, urls, certificates),
        (remote) => remote.ready(),
      );
    const [identity, ingestion, privacy, timeline, timesheets] = await Promise.all([
      service('identity', config.DAYBOOK_IDENTITY_URLS),
      service('ingestion', config.DAYBOOK_INGESTION_URLS),
      service('privacy', config.DAYBOOK_PRIVACY_URLS),
      service('timeline', config.DAYBOOK_TIMELINE_URLS),
      service('timesheets', config.DAYBOOK_TIMESHEETS_URLS),
    ]);
    const services = { identity, ingestion, privacy, timeline, timesheets };
    const gateway = await createGateway({
      ...address,
      directory: new HttpDirectory(identity.peer()),
      signer: new ActorSigner(config.DAYBOOK_ACTOR_PRIVATE_KEY),
      upstreams: {
        identity: identity.upstream(),
        ingestion: ingestion.upstream(),
        privacy: privacy.upstream(),
        timeline: timeline.upstream(),
        timesheets: timesheets.upstream(),
      },
      documents: Object.values(services).map(({ document }) => document),
      webRoot: WEB_ROOT,
      limits: limitsOf(config),
      logger,
      health: async () => ({
        gateway: readiness.takesRequests(),
        ...Object.fromEntries(Object.entries(services).map(([name, remote]) => [name, remote.ready()])),
      }),
    });
    return {
      server: gateway,
      host: address.host,
      port: address.port,
      start: async () => undefined,
      stop: () => closeGateway(gateway),
      announce: async () => `Daybook is ready: ${address.publicUrl}`,
    };
  },
});
