import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountActor,
  AUDIENCES,
  type Audience,
  BATCH_LIMITS,
  type DeviceActor,
  DeviceRef,
  MemberRef,
  OrgRef,
  type SessionDirectory,
  SessionRef,
  SubjectRef,
} from '@daybook/contracts';
import { CertificateAuthority } from '@daybook/local-parts';
import {
  ActorSigner,
  ActorVerifier,
  type Certificates,
  createService,
  newActorKeys,
  openApiDocument,
  PeerClient,
  Replicas,
  readCertificates,
  type ServiceOptions,
  silentLogger,
} from '@daybook/service-kit';
import { newRef } from '@daybook/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ReplicaHarness } from './forward/replica-harness.js';
import { closeGateway, createGateway, type GatewayDeps, InProcess, OverHttp, type Upstream } from './index.js';
import { HttpDirectory } from './session/http-directory.js';
import { DIRECTORY, type Seen, STAND_INS } from './stand-ins.js';

export interface Person {
  actor: AccountActor;
  cookie: string;
  device: string;
}

/** How the gateway reaches the services: the specs of forwarding hold for both. */
export const WAYS = ['in one process', 'over HTTP'] as const;
export type Way = (typeof WAYS)[number];

/** The real gateway before real Nest services that answer what they saw. Who is signed in is a map of this harness. */
export class GatewayHarness {
  readonly keys = newActorKeys();
  readonly signer = new ActorSigner(this.keys.privateKey);
  readonly services = {} as Record<Audience, NestFastifyApplication>;
  readonly webRoot = mkdtempSync(join(tmpdir(), 'daybook-web-'));
  private readonly sessions = new Map<string, AccountActor>();
  private readonly devices = new Map<string, DeviceActor>();
  private readonly gateways: FastifyInstance[] = [];
  private readonly authorityFolder = mkdtempSync(join(tmpdir(), 'daybook-authority-'));
  private authority: Promise<CertificateAuthority> | undefined;
  private readonly outside = new Map<Audience, Replicas>();
  private readonly reached: Replicas[] = [];
  private readonly processes: ReplicaHarness[] = [];
  private readonly directory: SessionDirectory = {
    session: async (cookie) => this.answer(this.sessions.get(/session=(\w+)/.exec(cookie)?.[1] ?? '')),
    device: async (token) => this.answer(this.devices.get(token)),
  };
  /** Set by a spec whose directory cannot answer. */
  directoryDown = false;

  static async start(way: Way = 'in one process'): Promise<GatewayHarness> {
    const harness = new GatewayHarness();
    for (const name of AUDIENCES) harness.services[name] = await createService(harness.standIn(name));
    mkdirSync(join(harness.webRoot, 'assets'));
    writeFileSync(join(harness.webRoot, 'index.html'), '<!doctype html><title>Daybook</title>');
    writeFileSync(join(harness.webRoot, 'favicon.svg'), '<svg/>');
    writeFileSync(join(harness.webRoot, '.secret'), 'dotfile');
    writeFileSync(join(harness.webRoot, 'assets/app-1a2b3c.js'), `console.log('${'x'.repeat(5_000)}')`);
    if (way === 'over HTTP')
      for (const name of AUDIENCES)
        harness.outside.set(name, await harness.replicas(name, [await harness.process(name)]));
    return harness;
  }

  /** The certificate of a service of this installation. */
  async certificates(service: string): Promise<Certificates> {
    return readCertificates(await this.certificateFolder(service));
  }
  async certificateFolder(service: string): Promise<string> {
    this.authority ??= CertificateAuthority.open(this.authorityFolder);
    return (await this.authority).issue(service);
  }

  /** One more process of a service; its certificate may be another's. */
  async process(service: Audience, options: { certificate?: string; port?: number } = {}): Promise<ReplicaHarness> {
    const certificates = await this.certificates(options.certificate ?? service);
    const process = await ReplicaHarness.listen(this.standIn(service), certificates, options.port);
    this.processes.push(process);
    return process;
  }

  /** As the gateway knows them. */
  async replicas(service: Audience, processes: readonly { url: string }[]): Promise<Replicas> {
    const urls = processes.map(({ url }) => url);
    const replicas = new Replicas(service, urls, await this.certificates('gateway'));
    this.reached.push(replicas);
    return replicas;
  }

  documents() {
    return AUDIENCES.map((name) => openApiDocument(this.services[name], name));
  }

  async gateway(
    options: Partial<Omit<GatewayDeps, 'upstreams'>> & {
      timeoutMs?: number;
      upstreams?: Partial<Record<Audience, Upstream>>;
    } = {},
  ): Promise<FastifyInstance> {
    const { timeoutMs, upstreams: given, ...deps } = options;
    const upstreams = Object.fromEntries(AUDIENCES.map((name) => [name, this.upstream(name, timeoutMs)])) as Record<
      Audience,
      Upstream
    >;
    const identity = this.outside.get('identity');
    const gateway = await createGateway({
      publicUrl: 'http://127.0.0.1:8420',
      tls: undefined,
      behindTlsProxy: false,
      directory: identity ? new HttpDirectory(new PeerClient(identity)) : this.directory,
      signer: this.signer,
      upstreams: { ...upstreams, ...given },
      documents: this.documents(),
      webRoot: this.webRoot,
      logger: silentLogger,
      health: async () => ({ postgres: true }),
      ...deps,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** Starts it on a free port of this machine. */
  async listen(
    options: Parameters<GatewayHarness['gateway']>[0] = {},
  ): Promise<{ url: string; gateway: FastifyInstance }> {
    const gateway = await this.gateway(options);
    return { url: await gateway.listen({ host: '127.0.0.1', port: 0 }), gateway };
  }

  person(): Person {
    const session = randomBytes(8).toString('hex');
    const device = randomBytes(32).toString('base64url');
    const actor: AccountActor = {
      kind: 'account',
      userId: session,
      subject: newRef(SubjectRef),
      member: newRef(MemberRef),
      org: newRef(OrgRef),
      role: 'owner',
      session: newRef(SessionRef),
    };
    this.sessions.set(session, actor);
    this.devices.set(device, { kind: 'device', subject: actor.subject, org: actor.org, device: newRef(DeviceRef) });
    return { actor, cookie: `session=${session}; daybook.vault=vaultvalue`, device };
  }
  revoke({ device }: Person): void {
    this.devices.delete(device);
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => closeGateway(gateway, 100)));
    await Promise.all(this.reached.map((replicas) => replicas.close()));
    await Promise.all(this.processes.map((process) => process.kill()));
    await Promise.all(Object.values(this.services).map((service) => service.close()));
    for (const folder of [this.webRoot, this.authorityFolder]) rmSync(folder, { recursive: true, force: true });
  }

  private standIn(name: Audience): ServiceOptions {
    return {
      name,
      logger: silentLogger,
      actors: new ActorVerifier(name, this.keys.publicKey),
      controllers: STAND_INS[name],
      providers: [{ provide: DIRECTORY, useValue: this.directory }],
      ...(name === 'ingestion' && { bodyLimit: BATCH_LIMITS.bytes }),
    };
  }

  private upstream(name: Audience, timeoutMs: number | undefined): Upstream {
    const replicas = this.outside.get(name);
    if (replicas) return new OverHttp(replicas, timeoutMs);
    return new InProcess(this.services[name].getHttpAdapter().getInstance(), timeoutMs);
  }

  private answer<T>(found: T | undefined): T | null {
    if (this.directoryDown) throw new Error('connection refused');
    return found ?? null;
  }
}

export interface Asked {
  status: number;
  headers: Headers;
  text: string;
  seen: Seen;
}
export const ORIGIN = 'http://127.0.0.1:8420';

/** As a person's browser or an agent asks; `origin` is sent unless told otherwise. */
export async function ask(
  url: string,
  method: string,
  path: string,
  options: { cookie?: string; device?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Asked> {
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(options.cookie && { cookie: options.cookie, origin: ORIGIN }),
      ...(options.device && { authorization: `Bearer ${options.device}` }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: options.body }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : {};
  return { status: answer.status, headers: answer.headers, text, seen: json as Seen };
}
