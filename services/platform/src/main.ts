import { refuseTakenPort, StartRefused, takeFolders } from '@daybook/installation';
import { missingParts } from '@daybook/local-parts';
import { oneLine } from '@daybook/service-kit';
import { CombinedLog } from './combined-log.js';
import { platformConfig } from './config.js';
import { type Platform, startPlatform } from './platform.js';

/** Longest a clean stop may take before it is forced. */
const PATIENCE_MS = 30_000;

try {
  const config = platformConfig();
  const missing = missingParts();
  if (missing.length) throw new StartRefused(missing.join('\n'));
  await refuseTakenPort(config.host, config.port);
  const { secrets, release } = await takeFolders(config.dataDir, config.keyDir, 'platform');
  const log = new CombinedLog({ write: (text) => process.stdout.write(text), colour: process.stdout.isTTY });
  const started = performance.now();
  const platform = await startPlatform(config, secrets, log).catch(async (error) => {
    await release();
    throw error;
  });
  summary(platform, (performance.now() - started) / 1000);
  const code = platform.firstCode();
  console.log(
    code
      ? `Daybook is ready. Make your account: ${config.publicUrl}/welcome#code=${code}`
      : `Daybook is ready: ${config.publicUrl}`,
  );
  stopOnSignals(platform, release);
} catch (error) {
  console.error(oneLine(error));
  process.exit(1);
}

function summary({ processes, stores }: Platform, seconds: number): void {
  const rows = [
    ...Object.values({ postgres: stores.postgres, kafka: stores.kafka, redis: stores.redis }).map(({ name, pid }) => ({
      name,
      pid,
      health: '',
    })),
    ...processes.map(({ spec, process: { pid } }) => ({
      name: spec.name,
      pid,
      health: `http://127.0.0.1:${spec.operations}/health/ready`,
    })),
  ];
  for (const { name, pid, health } of rows)
    console.log(`✓ ${name.padEnd(14)} process ${String(pid).padEnd(8)} ${health}`);
  console.log(`ready after ${seconds.toFixed(1)} s; Ctrl-C stops all of it`);
}

function stopOnSignals(platform: Platform, release: () => Promise<void>): void {
  let stopping = false;
  const stop = () => {
    const force = () => {
      platform.abort();
      process.exit(1);
    };
    // A second Ctrl-C does not wait.
    if (stopping) force();
    stopping = true;
    setTimeout(force, PATIENCE_MS).unref();
    void platform
      .stop()
      .then(release)
      .then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}
