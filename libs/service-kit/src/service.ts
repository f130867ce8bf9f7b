import 'reflect-metadata';
import { type DynamicModule, type LoggerService, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { APP_GUARD, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { ActorGuard } from './actor.decorator.js';
import { ActorVerifier } from './actor-tokens.js';
import type { Logger } from './logger.js';
import { openApiDocument } from './openapi.js';
import { addPeerRoutes, guardPeers, mutualTls, type PeerListener } from './peers.js';
import { ProblemFilter } from './problem.filter.js';
import type { Telemetry } from './telemetry/telemetry.js';
import { validationPipe } from './validation.js';

export interface ServiceOptions {
  name: string;
  logger: Logger;
  /** Verifies actor tokens of this service's audience. */
  actors: ActorVerifier;
  imports?: ModuleMetadata['imports'];
  controllers?: ModuleMetadata['controllers'];
  providers?: Provider[];
  /** Bytes a body may have; 256 KiB unless told. */
  bodyLimit?: number;
  fastify?: FastifyServerOptions;
  /** What this process tells about itself; nothing unless given. */
  telemetry?: Telemetry | undefined;
  /** In a process of its own: it listens to peers only. */
  listener?: PeerListener | undefined;
  /** Routes of a library that brings its own, added before Nest's. */
  mount?: (instance: FastifyInstance) => Promise<void>;
}

@Module({})
class ServiceModule {}

/**
 * A Nest application on Fastify with what every service shares: actor guard (fails closed), validation, problem details.
 * It is initialised but does not listen: in one process the gateway hands requests over; with a `listener` it speaks mutual TLS and
 * `listen` is called by `runService`.
 */
export async function createService(options: ServiceOptions): Promise<NestFastifyApplication> {
  const module: DynamicModule = {
    module: ServiceModule,
    imports: options.imports ?? [],
    controllers: options.controllers ?? [],
    providers: [
      ...(options.providers ?? []),
      { provide: ActorVerifier, useValue: options.actors },
      { provide: APP_GUARD, useClass: ActorGuard },
      { provide: APP_PIPE, useFactory: validationPipe },
    ],
  };
  const { listener } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit ?? 262_144,
    logger: false,
    ...(listener && { https: mutualTls(listener.certificates) }),
    ...options.fastify,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(options.logger),
    abortOnError: false,
  });
  const instance = adapter.getInstance();
  options.telemetry?.observe(instance);
  guardPeers(instance, listener);
  if (listener) addPeerRoutes(instance, listener, () => openApiDocument(app, options.name));
  if (options.mount) await options.mount(instance);
  app.useGlobalFilters(new ProblemFilter(options.logger));
  await app.init();
  await instance.ready();
  return app;
}

/** Nest's own messages hold class and route names only; below warnings they are noise. */
const nestLogger = (logger: Logger): LoggerService => ({
  log: () => undefined,
  debug: () => undefined,
  verbose: () => undefined,
  warn: () => logger.warn({ code: 'nest' }, 'framework warning'),
  error: () => logger.error({ code: 'nest' }, 'framework error'),
  fatal: () => logger.error({ code: 'nest' }, 'framework error'),
});
