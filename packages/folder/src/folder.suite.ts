/** What every folder does: each adapter's tests run it. */
import { createHash, randomBytes } from 'node:crypto';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { describe, expect, test } from 'vitest';
import type { FileInfo, Folder, FolderCode } from './folder.ts';
import { byKey } from './key.ts';

export interface FolderMaker {
  /** An empty folder that nobody else uses. */
  fresh(): Promise<Folder>;
  /** A folder whose directory or bucket does not exist. */
  absent(): Folder;
}

const MEBIBYTE = 1024 * 1024;
const failing = (code: FolderCode, named: string) =>
  expect.objectContaining({ name: 'Failure', code, message: expect.stringContaining(named) });

export function folderSuite({ fresh, absent }: FolderMaker): void {
  describe('a file', () => {
    test.each([
      ['of no bytes', 0],
      ['of one byte', 1],
      ['of exactly one upload part', 8 * MEBIBYTE],
      ['of one byte more', 8 * MEBIBYTE + 1],
      ['of 20 MB', 20_000_000],
    ])('%s comes back as it was written', async (_, size) => {
      await using folder = await fresh();
      const bytes = randomBytes(size);
      const written = await folder.write('members/part-0', inChunks(bytes, 300_000), unlimited);
      expect(written).toEqual({ key: 'members/part-0', bytes: size, etag: expect.stringMatching(/./) });
      expect(await folder.info('members/part-0', unlimited)).toEqual(written);
      expect(await keysOf(folder)).toEqual(['members/part-0']);
      expect(digest(await bytesOf(folder, written))).toBe(digest(bytes));
    });

    test('is read by ranges, also by empty ones', async () => {
      await using folder = await fresh();
      const file = await folder.write('a', one('0123456789'), unlimited);
      for (const [from, to] of [
        [0, 10],
        [0, 1],
        [3, 7],
        [9, 10],
        [0, 0],
        [5, 5],
        [10, 10],
      ] as const) {
        expect(String(await bytesOf(folder, file, { from, to }))).toBe('0123456789'.slice(from, to));
      }
    });

    test.each([
      { from: -1, to: 1 },
      { from: 2, to: 1 },
      { from: 0, to: 11 },
      { from: 0.5, to: 1 },
      { from: Number.NaN, to: 1 },
    ])('has no bytes from $from to $to', async (range) => {
      await using folder = await fresh();
      const file = await folder.write('a', one('0123456789'), unlimited);
      await expect(bytesOf(folder, file, range)).rejects.toThrow(RangeError);
    });

    test('that is written again is another file, and the old one is never read', async () => {
      await using folder = await fresh();
      const old = await folder.write('a', one('old'), unlimited);
      const now = await folder.write('a', one('now'), unlimited);
      expect(now.etag).not.toBe(old.etag);
      expect(String(await bytesOf(folder, now))).toBe('now');
      await expect(bytesOf(folder, old)).rejects.toEqual(failing('CHANGED', 'a in '));
      await expect(bytesOf(folder, old, { from: 1, to: 1 })).rejects.toEqual(failing('CHANGED', 'a in '));
      expect(await toArray(folder.list('', unlimited))).toEqual([now]);
    });

    test('that is absent is NOT_FOUND by its name', async () => {
      await using folder = await fresh();
      const never = { key: 'members/none', bytes: 3, etag: '"never"' };
      await expect(folder.info('members/none', unlimited)).rejects.toEqual(failing('NOT_FOUND', 'members/none in '));
      await expect(bytesOf(folder, never)).rejects.toEqual(failing('NOT_FOUND', 'members/none in '));
    });

    test.each([
      'with space',
      'plus+and%25percent',
      'percent%2Fslash',
      'café/ключ/鍵/🛒.gz',
      'cafe\u0301',
      'quotes\'"&<>`$',
      '.hidden',
      '...',
      'a/b/c/d/e/f',
      'x=1/y=2/part-00000-tid-1 c000.zstd.parquet',
      'question?mark#hash;semi:colon@at,comma\\back',
    ])('may be called %j', async (key) => {
      await using folder = await fresh();
      const file = await folder.write(key, one(key), unlimited);
      expect(await toArray(folder.list('', unlimited))).toEqual([file]);
      expect(await folder.info(key, unlimited)).toEqual(file);
      expect(String(await bytesOf(folder, file))).toBe(key);
    });

    test.each(['', '/', '/etc/passwd', 'a/', 'a//b', '.', '..', '../a', 'a/../../b', 'a/./b', 'a\u0000b', 'a\nb'])(
      'may not be called %j',
      async (key) => {
        await using folder = await fresh();
        const refused = failing('DENIED', JSON.stringify(key));
        await expect(folder.info(key, unlimited)).rejects.toEqual(refused);
        await expect(folder.write(key, one('x'), unlimited)).rejects.toEqual(refused);
        await expect(bytesOf(folder, { key, bytes: 1, etag: 'x' })).rejects.toEqual(refused);
        expect(await keysOf(folder)).toEqual([]);
      },
    );
  });

  describe('a list', () => {
    test('has the files whose keys start with the prefix, in the order of their bytes', async () => {
      await using folder = await fresh();
      const keys = ['b', 'a/2', 'a/10', 'a/1/x', 'ab', 'a-', 'Z', 'é', '🛒'];
      const files: FileInfo[] = [];
      for (const key of keys) files.push(await folder.write(key, one(key), unlimited));
      files.sort(byKey);
      expect(await toArray(folder.list('', unlimited))).toEqual(files);
      for (const prefix of ['a', 'a/', 'a/1', 'a/1/', 'none', 'none/', 'b/']) {
        expect(await keysOf(folder, prefix)).toEqual(
          files.map(({ key }) => key).filter((key) => key.startsWith(prefix)),
        );
      }
    });

    test('goes on past the thousand files of a page', async () => {
      await using folder = await fresh();
      const keys = Array.from({ length: 1_100 }, (_, index) => `members/part-${String(index).padStart(5, '0')}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => folder.write(key, one(key), unlimited)));
      }
      expect(await keysOf(folder, 'members/')).toEqual(keys);
    });

    test('of an empty folder is empty, of an absent one NOT_FOUND', async () => {
      await using folder = await fresh();
      await folder.write('a', one('a'), unlimited);
      expect(await keysOf(folder, 'members/')).toEqual([]);
      const nowhere = absent();
      await expect(keysOf(nowhere)).rejects.toEqual(failing('NOT_FOUND', nowhere.url));
    });
  });

  describe('a write that fails', () => {
    test.each([
      ['at once', 0],
      ['half-way', 100_000],
      ['after an upload part', 9 * MEBIBYTE],
    ])('%s leaves nothing, and rejects with what the body threw', async (_, bytes) => {
      await using folder = await fresh();
      const broken = new Error('the producer died');
      await expect(folder.write('a', thenThrow(bytes, broken), unlimited)).rejects.toBe(broken);
      expect(await keysOf(folder)).toEqual([]);
    });

    test.each([100_000, 9 * MEBIBYTE])('after %d bytes leaves what was there', async (bytes) => {
      await using folder = await fresh();
      const before = await folder.write('a', one('before'), unlimited);
      await expect(folder.write('a', thenThrow(bytes, new Error('died')), unlimited)).rejects.toThrow('died');
      expect(await toArray(folder.list('', unlimited))).toEqual([before]);
      expect(String(await bytesOf(folder, before))).toBe('before');
    });

    test.each([1, 9])('at an aborted call after %d MiB closes the body', async (mebibytes) => {
      await using folder = await fresh();
      const { call, controller, reason } = abortable();
      let isClosed = false;
      async function* endless() {
        try {
          for (let sent = 0; ; sent++) {
            if (sent === mebibytes) controller.abort(reason);
            yield randomBytes(MEBIBYTE);
          }
        } finally {
          isClosed = true;
        }
      }
      await expect(folder.write('a', endless(), call)).rejects.toBe(reason);
      expect(isClosed).toBe(true);
    });

    test('shows nothing before it is whole', async () => {
      await using folder = await fresh();
      const seen: string[][] = [];
      async function* watched() {
        for (let part = 0; part < 3; part++) {
          yield randomBytes(5 * MEBIBYTE);
          seen.push(await keysOf(folder));
        }
      }
      await folder.write('a', watched(), unlimited);
      expect(seen).toEqual([[], [], []]);
      expect(await keysOf(folder)).toEqual(['a']);
    });
  });

  describe('a call that is aborted', () => {
    test('before it starts does nothing and rejects with the reason', async () => {
      await using folder = await fresh();
      const file = await folder.write('a', one('a'), unlimited);
      const { call, controller, reason } = abortable();
      controller.abort(reason);
      await expect(folder.info('a', call)).rejects.toBe(reason);
      await expect(folder.write('b', one('b'), call)).rejects.toBe(reason);
      await expect(bytesOf(folder, file, undefined, call)).rejects.toBe(reason);
      await expect(toArray(folder.list('', call))).rejects.toBe(reason);
      expect(await keysOf(folder)).toEqual(['a']);
    });

    test('within a read rejects with the reason', async () => {
      await using folder = await fresh();
      const file = await folder.write('a', inChunks(randomBytes(20_000_000), MEBIBYTE), unlimited);
      const { call, controller, reason } = abortable();
      const body = folder.read(file, { from: 0, to: file.bytes }, call)[Symbol.asyncIterator]();
      expect((await body.next()).value?.length).toBeGreaterThan(0);
      controller.abort(reason);
      await expect(untilDone(body)).rejects.toBe(reason);
    });

    test.each([1, 12])('within a write of %d MiB leaves nothing and rejects with the reason', async (mebibytes) => {
      await using folder = await fresh();
      const { call, controller, reason } = abortable();
      async function* body() {
        for (let sent = 0; sent < mebibytes; sent++) yield randomBytes(MEBIBYTE);
        controller.abort(reason);
        yield randomBytes(1);
      }
      await expect(folder.write('a', body(), call)).rejects.toBe(reason);
      expect(await keysOf(folder)).toEqual([]);
    });
  });

  test('a read that its reader leaves early holds nothing up', async () => {
    await using folder = await fresh();
    const file = await folder.write('a', inChunks(randomBytes(20_000_000), MEBIBYTE), unlimited);
    for (let reader = 0; reader < 100; reader++) {
      for await (const chunk of folder.read(file, { from: 0, to: file.bytes }, unlimited)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await folder.info('a', unlimited)).toEqual(file);
  });

  test('many reads at once do not mix', async () => {
    await using folder = await fresh();
    const bytes = randomBytes(2 * MEBIBYTE);
    const file = await folder.write('a', one(bytes), unlimited);
    const ranges = Array.from({ length: 100 }, (_, index) => ({
      from: index * 7919,
      to: file.bytes - ((index * 104_729) % 500_000),
    }));
    const digests = await Promise.all(ranges.map(async (range) => digest(await bytesOf(folder, file, range))));
    expect(digests).toEqual(ranges.map(({ from, to }) => digest(bytes.subarray(from, to))));
  });
}

function abortable(): { call: Call; controller: AbortController; reason: Error } {
  const controller = new AbortController();
  const call = { signal: controller.signal, deadlineAt: Number.POSITIVE_INFINITY };
  return { call, controller, reason: new Error('nobody waits any more') };
}

async function bytesOf(
  folder: Folder,
  file: FileInfo,
  range = { from: 0, to: file.bytes },
  call: Call = unlimited,
): Promise<Buffer> {
  return Buffer.concat(await toArray(folder.read(file, range, call)));
}

async function keysOf(folder: Folder, prefix = ''): Promise<string[]> {
  return (await toArray(folder.list(prefix, unlimited))).map(({ key }) => key);
}

async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

async function untilDone(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}

async function* one(bytes: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(bytes);
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* thenThrow(bytes: number, error: Error): AsyncGenerator<Uint8Array> {
  yield* inChunks(randomBytes(bytes), MEBIBYTE);
  throw error;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
