// Certificates for the containers: see README.md. Run `npm run build` first.
import { CertificateAuthority } from '@daybook/local-parts';

/** One folder each; `admin` prepares Kafka's topics and rights. */
const NAMES = [
  'gateway',
  'identity',
  'ingestion',
  'privacy',
  'timeline',
  'timesheets',
  'kafka',
  'postgres',
  'redis',
  'admin',
];
const USAGE = 'node deploy/certificates/make.mjs FOLDER [--host NAME=HOST]…';

const [folder, ...rest] = process.argv.slice(2);
const hosts = new Map(NAMES.map((name) => [name, []]));
for (let i = 0; i < rest.length; i += 2) {
  const [name, host] = (rest[i + 1] ?? '').split('=');
  if (rest[i] !== '--host' || !host || !hosts.has(name)) stop(`${rest.slice(i, i + 2).join(' ')}: not understood`);
  hosts.get(name).push(host);
}
if (!folder || folder.startsWith('-')) stop('the folder is missing');

const authority = await CertificateAuthority.open(folder);
for (const name of NAMES) console.log(await authority.issue(name, hosts.get(name)));

function stop(reason) {
  console.error(`${reason}\n${USAGE}\nnames: ${NAMES.join(', ')}`);
  process.exit(1);
}
