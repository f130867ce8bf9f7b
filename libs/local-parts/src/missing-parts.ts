import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { kafkaCache } from './kafka-jars.js';

/** What the platform needs that npm cannot bring; one line for each part that is not there, with the command that installs it. */
export const missingParts = (): string[] => [...missingForKafka(), ...missingForRedis()];

export function missingForKafka(jars: string = kafkaCache()): string[] {
  const missing: string[] = [];
  if (javaVersion() < 17)
    missing.push(advice('Java 17 or newer', 'default-jre-headless', 'java-latest-openjdk-headless', '--cask temurin'));
  if (!existsSync(jars) && !hasProgram('mvn'))
    missing.push(advice('Maven (fetches Kafka once)', 'maven', 'maven', 'maven'));
  return missing;
}

export const missingForRedis = (): string[] =>
  redisProgram() ? [] : [advice('Redis', 'redis-server', 'valkey', 'redis')];

/** Redis, or the Valkey that took its place in some distributions. */
export const redisProgram = (): string | undefined => ['redis-server', 'valkey-server'].find(hasProgram);

/** The major version of the `java` on the PATH; 0 without one. */
export function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(?:1\.)?(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

const advice = (part: string, debian: string, fedora: string, macos: string): string =>
  `${part} is missing. Debian: sudo apt-get install ${debian} · Fedora: sudo dnf install ${fedora} · macOS: brew install ${macos}`;
