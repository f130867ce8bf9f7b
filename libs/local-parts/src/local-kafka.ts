import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-port.js';
import { kafkaJars } from './kafka-jars.js';
import { LocalServer, ServerFailed, startServer } from './local-server.js';

export interface LocalKafkaOptions {
  /** Made when it does not exist; afterwards kept. Its `data` holds what was published. */
  dir: string;
  /** Any free one when not given. */
  port?: number | undefined;
  /**
   * A folder with `ca.crt`, `service.crt` and `service.key` of the name `kafka`: then every listener asks for a certificate of that
   * authority, a client is who its certificate says (CN), and may do what an ACL allows; `admin` may do everything.
   */
  certificates?: string | undefined;
  /** Further broker settings. */
  settings?: Record<string, string>;
  /** Each line of the broker's log. It holds no key and no value of a record. */
  onLog?: (line: string) => void;
  /** Where the jars are kept, if not in the home folder's cache. */
  jars?: string;
}

/** An Apache Kafka broker of our own, on this machine, reachable from this machine only. */
export class LocalKafka extends LocalServer {
  private constructor(
    child: ChildProcess,
    readonly port: number,
  ) {
    super(child);
  }

  static async start(options: LocalKafkaOptions): Promise<LocalKafka> {
    const jars = await kafkaJars(options.jars);
    const data = join(options.dir, 'data');
    const config = join(options.dir, 'server.properties');
    await mkdir(data, { recursive: true, mode: 0o700 });
    const [free, controller] = (await freePorts(2)) as [number, number];
    const port = options.port ?? free;
    const settings = {
      ...SETTINGS,
      'log.dirs': data,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      ...(options.certificates ? await secure(options.dir, options.certificates) : OPEN),
      ...options.settings,
    };
    await writeProperties(config, settings);
    const logging = join(options.dir, 'log4j2.properties');
    await writeProperties(logging, LOGGING);
    const java = (main: string, ...args: string[]) => [
      ...JVM,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      join(jars, '*'),
      main,
      ...args,
    ];
    if (!existsSync(join(data, 'meta.properties')))
      await format(java('kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', config));
    const child = await startServer({
      name: 'Kafka',
      command: 'java',
      args: java('kafka.Kafka', config),
      pidFile: join(options.dir, 'kafka.pid'),
      mark: config,
      onLog: options.onLog,
      isReady: (line) => line.includes('Kafka Server started'),
    });
    return new LocalKafka(child, port);
  }

  /** `host:port`, as clients want it. */
  get brokers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }
}

/** A small heap and the quick compiler: a broker on a laptop, not a fleet. */
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

const SETTINGS: Record<string, string> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'CLIENTS',
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  // Two parts of how long deleted bytes stay on the disk: retention.ms + segment.ms + these (P5).
  'log.retention.check.interval.ms': '300000',
  'log.segment.delete.delay.ms': '60000',
  'log.message.timestamp.type': 'LogAppendTime',
  // 128 MB otherwise, for a few small compacted topics.
  'log.cleaner.dedupe.buffer.size': '4194304',
  // A broker that was killed is let in again as soon as its old session ends: 5 s instead of 12.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
};

const OPEN = { 'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT' };

async function secure(dir: string, certificates: string): Promise<Record<string, string>> {
  const keystore = join(dir, 'keystore.pem');
  const parts = ['service.key', 'service.crt'].map((name) => readFile(join(certificates, name), 'utf8'));
  await writeFile(keystore, (await Promise.all(parts)).join(''), { mode: 0o600 });
  return {
    'listener.security.protocol.map': 'CLIENTS:SSL,CONTROLLER:SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(certificates, 'ca.crt'),
    'ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:kafka;User:admin',
  };
}

const LOGGING = {
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%p %c{1}: %m%n',
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.console.ref': 'console',
  // Says when the broker accepts connections.
  'logger.started.name': 'kafka.server.KafkaRaftServer',
  'logger.started.level': 'info',
};

/** Its first character is no dash, which the tool would take for an option. */
const newClusterId = () =>
  Buffer.concat([Buffer.of(randomBytes(1).readUInt8() & 0x7f), randomBytes(15)]).toString('base64url');

async function format(args: string[]): Promise<void> {
  await promisify(execFile)('java', args).catch((error) => {
    const said = String(error.stderr || error.stdout || error.message).trim();
    throw new ServerFailed(`Kafka's folder could not be made: ${said.split('\n').at(-1)}`);
  });
}

async function writeProperties(path: string, settings: Record<string, string>): Promise<void> {
  // A backslash begins an escape in Java's property files.
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`);
  await writeFile(path, lines.join(''), { mode: 0o600 });
}
