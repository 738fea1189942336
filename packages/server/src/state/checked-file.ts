/** Lines of a file in the state directory; the last one says what the others must hash to. */
import { createHash } from 'node:crypto';
import type { Folder } from '@segment-store/folder/folder';
import { Failure } from '@segment-store/resilience/failure';
import { unlimited } from '@segment-store/resilience/operation';

/** Another major version is another program's, and is ignored. */
const SCHEMA = 'segment-store/server-state/1';
const CHUNK_CHARACTERS = 64 * 1024;

/** Whole or not at all. Lines hold no line breaks; others get their turn between every few of them. */
export async function writeLines(folder: Folder, key: string, lines: Iterable<string>): Promise<void> {
  await folder.write(key, chunks(lines), unlimited);
}

async function* chunks(lines: Iterable<string>): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  const sealed = (text: string) => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    return bytes;
  };
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield sealed(text);
    text = '';
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield sealed(text);
  yield Buffer.from(`${SCHEMA} ${hash.digest('hex')}\n`);
}

/** @throws Failure NOT_FOUND; CORRUPT when it is not what was written */
export async function readLines(folder: Folder, key: string): Promise<readonly string[]> {
  const file = await folder.info(key, unlimited);
  const bytes = Buffer.concat(await Array.fromAsync(folder.read(file, { from: 0, to: file.bytes }, unlimited)));
  const end = bytes.lastIndexOf('\n', -2) + 1;
  const hash = createHash('sha256').update(bytes.subarray(0, end)).digest('hex');
  const seal = bytes.toString('utf8', end);
  if (!seal.startsWith(`${SCHEMA} `)) throw corrupt(key, `it does not end with ${SCHEMA}`);
  if (seal !== `${SCHEMA} ${hash}\n`) throw corrupt(key, 'its lines have another hash than it says');
  return end === 0 ? [] : bytes.toString('utf8', 0, end - 1).split('\n');
}

export const corrupt = (key: string, why: string): Failure => new Failure('CORRUPT', `${key}: ${why}`);
