import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** A word that stands nowhere else in the world: 60 random bits, only letters, so that it survives paths, titles and addresses. */
export const newCanary = (): string =>
  `canary${[...randomBytes(12)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')}`;

export interface CanaryHit {
  file: string;
  canary: string;
  /** How it was written there. */
  form: 'plain' | 'utf-16' | 'base64' | 'compressed';
  offset: number;
}

/** Every byte form in which a canary would still be readable. */
function forms(canary: string): { form: CanaryHit['form']; bytes: Buffer }[] {
  const plain = Buffer.from(canary);
  const utf16 = Buffer.from(canary, 'utf16le');
  return [
    { form: 'plain', bytes: plain },
    { form: 'utf-16', bytes: utf16 },
    { form: 'utf-16', bytes: Buffer.from(utf16).swap16() },
    // Base64 of the canary inside something longer depends on its offset modulo 3; the middle that does not is looked for.
    ...[0, 1, 2].map((offset) => ({ form: 'base64' as const, bytes: Buffer.from(base64Middle(plain, offset)) })),
    ...[0, 1, 2].map((offset) => ({
      form: 'base64' as const,
      bytes: Buffer.from(base64Middle(plain, offset).replaceAll('+', '-').replaceAll('/', '_')),
    })),
  ];
}

function base64Middle(plain: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), plain]).toString('base64');
  return padded.slice(offset === 0 ? 0 : 4, Math.floor((offset + plain.length) / 3) * 4);
}

/** Looks for canaries in every file of these folders, plainly and inside whatever is compressed there. Throws where it may not look. */
export async function scanForCanaries(
  folders: string[],
  canaries: string[],
): Promise<{ hits: CanaryHit[]; files: number; bytes: number }> {
  const wanted = canaries.flatMap((canary) => forms(canary).map((form) => ({ canary, ...form })));
  // Canaries start with the same word, so a file without that word in any form needs no second look.
  const prefixes = forms('canary').map(({ bytes }) => bytes);
  const hits: CanaryHit[] = [];
  let bytes = 0;
  const files = (await Promise.all(folders.map(walk))).flat();
  const look = (file: string, content: Buffer, compressed: boolean) => {
    if (!prefixes.some((prefix) => content.includes(prefix))) return;
    for (const { canary, form, bytes: pattern } of wanted) {
      const offset = content.indexOf(pattern);
      if (offset >= 0) hits.push({ file, canary, form: compressed ? 'compressed' : form, offset });
    }
  };
  for (const file of files) {
    const content = await readFile(file).catch(gone);
    if (!content) continue;
    bytes += content.length;
    look(file, content, false);
    for (const member of compressedMembers(content)) look(file, member, true);
  }
  return { hits, files: files.length, bytes };
}

const MEMBER_LIMIT = 64 * 1024 * 1024;
/** What was cut off still shows what came before the cut. */
const INFLATE = { maxOutputLength: MEMBER_LIMIT, finishFlush: constants.Z_SYNC_FLUSH };

/** What is inside every gzip, zlib and zstd member, wherever it starts. */
function* compressedMembers(content: Buffer): Generator<Buffer> {
  const tries: [Buffer, (at: number) => Buffer][] = [
    [Buffer.from([0x1f, 0x8b, 0x08]), (at) => inflateRawSync(content.subarray(at + gzipHeader(content, at)), INFLATE)],
    ...[0x01, 0x5e, 0x9c, 0xda].map((level): [Buffer, (at: number) => Buffer] => [
      Buffer.from([0x78, level]),
      (at) => inflateSync(content.subarray(at), INFLATE),
    ]),
    [
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
      (at) => zstdDecompressSync(content.subarray(at), { maxOutputLength: MEMBER_LIMIT }),
    ],
  ];
  for (const [magic, open] of tries) {
    for (let at = content.indexOf(magic); at >= 0; at = content.indexOf(magic, at + 1)) {
      try {
        yield open(at);
      } catch {
        // these bytes only looked like a member
      }
    }
  }
}

/** Length of a gzip header (RFC 1952), with its optional name and comment. */
function gzipHeader(content: Buffer, at: number): number {
  const flags = content[at + 3] ?? 0;
  let length = 10;
  if (flags & 4) length += 2 + content.readUInt16LE(at + length);
  for (const flag of [8, 16]) if (flags & flag) length = content.indexOf(0, at + length) - at + 1;
  return length + (flags & 2 ? 2 : 0);
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return (await stat(path).catch(gone)) ? walk(path) : [];
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

/** A server at work takes files away while somebody looks. */
function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
