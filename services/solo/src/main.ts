import { refuseTakenPort, takeFolders } from '@daybook/installation';
import { createLogger, oneLine } from '@daybook/service-kit';
import { type SoloConfig, soloConfig } from './config.js';
import { ErrorNotices } from './error-notices.js';
import { startSolo } from './solo.js';

/** Longest a clean stop may take before it is forced. */
const PATIENCE_MS = 4_500;
try {
  const config = soloConfig();
  if (config.port !== 0) await refuseTakenPort(config.host, config.port);
  const { secrets, release } = await takeFolders(config.dataDir, config.keyDir);
  const notices = errorNotices(config);
  const logger = createLogger('solo', { level: config.logLevel });
  const solo = await startSolo(config, secrets, notices?.watching(logger, 'solo') ?? logger).catch(async (error) => {
    await release();
    throw error;
  });
  console.log(
    solo.firstCode
      ? `Daybook is ready. Make your account: ${config.publicUrl}/welcome#code=${solo.firstCode}`
      : `Daybook is ready: ${config.publicUrl}`,
  );
  let stopping = false;
  const stop = () => {
    const force = () => {
      solo.abort();
      process.exit(1);
    };
    // A second Ctrl-C does not wait.
    if (stopping) force();
    stopping = true;
    setTimeout(force, PATIENCE_MS).unref();
    void solo
      .stop()
      .then(() => notices?.close())
      .then(release)
      .then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
} catch (error) {
  console.error(oneLine(error));
  process.exit(1);
}

function errorNotices({ smtpUrl, operatorEmail, publicUrl }: SoloConfig): ErrorNotices | undefined {
  if (!smtpUrl || !operatorEmail) return undefined;
  return new ErrorNotices({ smtpUrl, to: operatorEmail, from: `Daybook <daybook@${new URL(publicUrl).hostname}>` });
}
