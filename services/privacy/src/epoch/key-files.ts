import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotOpen, unwrap, wrap } from '@daybook/sealing';

/** Keys that the database needs are not in the key folder, or are not the ones it needs. Nothing was changed. */
export class MissingKeys extends Error {}

const ROOT = 'root.key';
const BROKER = 'broker.key';
const KEY_BYTES = 32;
const epochFile = (epoch: number) => `epoch-${epoch}.key`;

/** Root, broker and epoch keys: small files of fixed size, mode 0600, fsynced with their folder. Never in a database. */
export class KeyFiles {
  private constructor(
    private readonly folder: string,
    private readonly root: Buffer,
    /** Private half of the broker's own key pair, 32 raw bytes. */
    readonly broker: Buffer,
  ) {}

  /**
   * Makes folder, root and broker key when the installation is new (`fresh`); throws {@link MissingKeys} when they should be there.
   * Several processes may open one new folder at once: all of them get the keys of whoever was first.
   */
  static async open(folder: string, fresh: boolean): Promise<KeyFiles> {
    if (fresh) await mkdir(folder, { recursive: true, mode: 0o700 });
    return new KeyFiles(folder, await baseKey(folder, ROOT, fresh), await baseKey(folder, BROKER, fresh));
  }

  async readEpoch(epoch: number): Promise<Buffer> {
    const name = epochFile(epoch);
    const wrapped = await read(this.folder, name);
    if (!wrapped) throw missing(this.folder, name);
    try {
      return unwrap(this.root, name, wrapped);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
      throw new MissingKeys(
        `${join(this.folder, name)} is damaged or of another installation than ${ROOT}: put the key folder back from its own backup`,
      );
    }
  }

  /** Exists already after a crash between file and row: then that key is used. */
  async writeEpoch(epoch: number): Promise<Buffer> {
    const name = epochFile(epoch);
    if (await read(this.folder, name)) return this.readEpoch(epoch);
    await writeKey(this.folder, name, wrap(this.root, name, randomBytes(KEY_BYTES)));
    return this.readEpoch(epoch);
  }

  /** Overwrites, unlinks, fsyncs. Gone already is fine: a crash may have come between. `onOverwritten` sees the state between. */
  async destroyEpoch(epoch: number, onOverwritten: () => Promise<void> | void = () => undefined): Promise<void> {
    const path = join(this.folder, epochFile(epoch));
    const size = (await read(this.folder, epochFile(epoch)))?.length;
    if (size !== undefined) {
      const file = await open(path, 'r+');
      await file.write(randomBytes(size), 0, size, 0);
      await file.sync();
      await file.close();
      await onOverwritten();
      await rm(path);
    }
    await syncFolder(this.folder);
  }
}

async function baseKey(folder: string, name: string, fresh: boolean): Promise<Buffer> {
  // Looked at first: another process that is making a new folder writes its root before its first epoch.
  const used = fresh && (await readdir(folder)).some((other) => /^epoch-\d+\.key$/.test(other));
  let found = await read(folder, name);
  if (!found) {
    // Epoch keys without their root are what is left of an installation: a new root beside them would hide that.
    if (!fresh || used) throw missing(folder, name);
    await writeKey(folder, name, randomBytes(KEY_BYTES));
    found = await read(folder, name);
  }
  if (found?.length === KEY_BYTES) return found;
  throw new MissingKeys(
    `${join(folder, name)} is damaged (it has ${found?.length} bytes, not ${KEY_BYTES}): put the key folder back from its own backup`,
  );
}

const missing = (folder: string, name: string) =>
  new MissingKeys(`${join(folder, name)} is missing: put the key folder back from its own backup`);

/** Undefined only where there is no such file: a key that is there and cannot be read must never be made anew. */
async function read(folder: string, name: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new MissingKeys(`${join(folder, name)} cannot be read (${code}): it needs to be readable by this user only`);
  }
}

/** Whole or not at all, and never over a key that is there: of several processes that make it at once, the first one's stays. */
async function writeKey(folder: string, name: string, bytes: Buffer): Promise<void> {
  const beside = join(folder, `.${name}.${randomBytes(4).toString('hex')}.new`);
  const file = await open(beside, 'wx', 0o600);
  await file.write(bytes);
  await file.sync();
  await file.close();
  await link(beside, join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(beside);
  await syncFolder(folder);
}
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
