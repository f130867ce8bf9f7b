import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unwrap, wrap } from '@daybook/sealing';

/** Keys that the database needs are not in the key folder. Nothing was changed. */
export class MissingKeys extends Error {}

const ROOT = 'root.key';
const BROKER = 'broker.key';
const epochFile = (epoch: number) => `epoch-${epoch}.key`;

/** Root, broker and epoch keys: small files of fixed size, mode 0600, fsynced with their folder. Never in a database. */
export class KeyFiles {
  private constructor(
    private readonly folder: string,
    private readonly root: Buffer,
    /** Private half of the broker's own key pair, 32 raw bytes. */
    readonly broker: Buffer,
  ) {}

  /** Makes root and broker key when the installation is new (`fresh`); throws {@link MissingKeys} when they should be there. */
  static async open(folder: string, fresh: boolean): Promise<KeyFiles> {
    const read = async (name: string) => {
      const found = await readFile(join(folder, name)).catch(() => undefined);
      if (found) return found;
      if (!fresh)
        throw new MissingKeys(`${join(folder, name)} is missing: put the key folder back from its own backup`);
      const key = randomBytes(32);
      await writeKey(folder, name, key);
      return key;
    };
    return new KeyFiles(folder, await read(ROOT), await read(BROKER));
  }

  async readEpoch(epoch: number): Promise<Buffer> {
    const wrapped = await readFile(join(this.folder, epochFile(epoch))).catch(() => undefined);
    if (!wrapped)
      throw new MissingKeys(
        `${join(this.folder, epochFile(epoch))} is missing: put the key folder back from its own backup`,
      );
    return unwrap(this.root, epochFile(epoch), wrapped);
  }

  /** Exists already after a crash between file and row: then that key is used. */
  async writeEpoch(epoch: number): Promise<Buffer> {
    if (await stat(join(this.folder, epochFile(epoch))).catch(() => undefined)) return this.readEpoch(epoch);
    const key = randomBytes(32);
    await writeKey(this.folder, epochFile(epoch), wrap(this.root, epochFile(epoch), key));
    return key;
  }

  /** Overwrites, unlinks, fsyncs. Gone already is fine: a crash may have come between. */
  async destroyEpoch(epoch: number): Promise<void> {
    const path = join(this.folder, epochFile(epoch));
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size !== undefined) {
      const file = await open(path, 'r+');
      await file.write(randomBytes(size), 0, size, 0);
      await file.sync();
      await file.close();
      await rm(path);
    }
    await syncFolder(this.folder);
  }
}

async function writeKey(folder: string, name: string, bytes: Buffer): Promise<void> {
  const beside = join(folder, `.${name}.new`);
  const file = await open(beside, 'w', 0o600);
  await file.write(bytes);
  await file.sync();
  await file.close();
  await rename(beside, join(folder, name));
  await syncFolder(folder);
}
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
