import { setImmediate } from 'node:timers/promises';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from './decompress.ts';

async function* chunked(bytes: Uint8Array, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const ends = [...cuts, bytes.length];
  yield* ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter(({ length }) => length > 0);
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const taken: Uint8Array[] = [];
  for await (const chunk of decompress(chunks, 'members/p0')) taken.push(chunk);
  return Buffer.concat(taken).toString();
}

const members = Buffer.concat(['one\n', '', 'two\n', 'three\n'].map((part) => gzipSync(part)));

const frames = Buffer.concat(['one\n', '', 'two\n', 'three\n'].map((part) => zstdCompressSync(part)));
const skippable = (bytes: number, id = 0) => {
  const frame = Buffer.alloc(8 + bytes, 0x28);
  frame.writeUInt32LE(0x184d2a50 + id);
  frame.writeUInt32LE(bytes, 4);
  return frame;
};

test('plain bytes pass, however few', async () => {
  for (const plain of ['', 'a', 'abc', 'abcdef']) expect(await text(chunked(Buffer.from(plain)))).toBe(plain);
});

test('every gzip member is read, cut at any byte', async () => {
  for (let cut = 0; cut <= members.length; cut++) {
    expect(await text(chunked(members, [cut])), `cut at ${cut}`).toBe('one\ntwo\nthree\n');
  }
});

test('every zstd frame is read and frames to be skipped are, cut at any byte or at every one', async () => {
  const parallel = Buffer.concat([skippable(4), frames, skippable(0, 15), skippable(40, 7), frames, skippable(3)]);
  for (const [bytes, expected] of [
    [frames, 'one\ntwo\nthree\n'],
    [parallel, 'one\ntwo\nthree\none\ntwo\nthree\n'],
    [skippable(9), ''],
  ] as const) {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await text(chunked(bytes, [cut])), `cut at ${cut}`).toBe(expected);
    }
    const everywhere = Array.from(bytes, (_, index) => index);
    expect(await text(chunked(bytes, everywhere))).toBe(expected);
  }
});

test('a zstd cut short names the file, at any byte that ends no frame', async () => {
  const first = zstdCompressSync('a line\n'.repeat(10));
  const zstd = Buffer.concat([first, zstdCompressSync('more\n', { params: { [constants.ZSTD_c_checksumFlag]: 1 } })]);
  for (let length = 4; length < zstd.length; length++) {
    if (length === first.length) continue;
    for (const cuts of [[], [first.length], [length - 1]]) {
      await expect(text(chunked(zstd.subarray(0, length), cuts)), `${length} bytes`).rejects.toMatchObject({
        code: 'CORRUPT',
        message: expect.stringContaining('members/p0 ends in the middle of its zstd data'),
      });
    }
  }
});

test('bytes behind the last zstd frame are CORRUPT, cut anywhere', async () => {
  for (const tail of ['tail', 'x', '\0\0\0\0\0', '\x1f\x8b\x08\0\0\0', 'a longer tail']) {
    const bytes = Buffer.concat([frames, Buffer.from(tail, 'latin1')]);
    for (let cut = frames.length - 2; cut < bytes.length; cut++) {
      await expect(text(chunked(bytes, [cut])), `${tail} cut at ${cut}`).rejects.toMatchObject({
        code: 'CORRUPT',
        message: expect.stringMatching(/members\/p0 (goes on behind a frame|ends in the middle) of its zstd data/),
      });
    }
  }
});

test('a zstd whose window or dictionary nobody promised to hold is refused by name', async () => {
  const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (28 - 10) << 3, 0x01, 0x00, 0x00]);
  await expect(text(chunked(window))).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringContaining('members/p0 is zstd that needs more than 128 MiB'),
  });
  const dictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 0x07, 0x01, 0x00, 0x00]);
  await expect(text(chunked(dictionary))).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringContaining('members/p0 is zstd that needs a dictionary'),
  });
  const held = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3, 0x01, 0x00, 0x00]);
  expect(await text(chunked(held))).toBe('');
});

test('a gzip cut short names the file, at any byte that ends no member', async () => {
  const gzip = gzipSync('a line\n'.repeat(1000));
  for (let length = 2; length < gzip.length; length++) {
    await expect(text(chunked(gzip.subarray(0, length)))).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('members/p0 ends in the middle'),
    });
  }
});

test.each([
  ['bytes behind the gzip data', Buffer.concat([members, Buffer.from('tail')])],
  ['a broken checksum', Buffer.concat([members.subarray(0, -8), Buffer.alloc(4, 1), members.subarray(-4)])],
  ['a broken zstd checksum', Buffer.concat([withChecksum().subarray(0, -4), Buffer.alloc(4)])],
  ['a broken zstd block', Buffer.concat([frames, withChecksum().fill(0xff, 6, 12)])],
  ['a broken body', Buffer.concat([gzipSync('x'.repeat(99)).subarray(0, 12), Buffer.alloc(40, 0xff)])],
])('%s: CORRUPT, naming the file', async (_, bytes) => {
  await expect(text(chunked(bytes))).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('members/p0'),
  });
});

function withChecksum(): Buffer {
  return zstdCompressSync('x'.repeat(99), { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

test('zeros behind the gzip data are padding, and the source is read to its end', async () => {
  const padded = Buffer.concat([members, Buffer.alloc(20)]);
  for (let cut = 0; cut <= padded.length; cut++) {
    const source = watched(chunked(padded, [cut]));
    expect(await text(source.chunks), `cut at ${cut}`).toBe('one\ntwo\nthree\n');
    expect(source.ending()).toBe('at its end');
  }
});

test('bytes behind the padding are CORRUPT, cut anywhere', async () => {
  const bytes = Buffer.concat([members, Buffer.alloc(3), gzipSync('four')]);
  for (let cut = members.length - 2; cut < bytes.length; cut++) {
    await expect(text(chunked(bytes, [cut])), `cut at ${cut}`).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('members/p0 goes on behind the padding'),
    });
  }
});

test('what the source finds wrong behind its last byte comes through, padded or not', async () => {
  async function* wrong(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      yield part;
      await setImmediate();
    }
    throw new Error('another sha256');
  }
  await expect(text(wrong(members))).rejects.toThrow('another sha256');
  await expect(text(wrong(frames))).rejects.toThrow('another sha256');
  await expect(text(wrong(frames, frames.subarray(0, 20)))).rejects.toThrow('another sha256');
  const padding = Array.from({ length: 100 }, () => Buffer.alloc(512));
  await expect(text(wrong(members, ...padding))).rejects.toThrow('another sha256');
  await expect(text(wrong(Buffer.from('plain')))).rejects.toThrow('another sha256');
});

const padding = [0, 0, 0, 0];
test.each([
  ['bzip2', [0x42, 0x5a, 0x68, 0x39, ...padding]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, ...padding]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18, ...padding]],
  ['snappy', [0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61, ...padding]],
  ['zip', [0x50, 0x4b, 3, 4, ...padding]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, ...padding]],
  ['parquet', [0x50, 0x41, 0x52, 0x31, 0, ...padding]],
])('%s is refused by its first bytes', async (format, bytes) => {
  await expect(text(chunked(Uint8Array.from(bytes), [1]))).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringContaining(`members/p0 is ${format}`),
  });
  const source = watched(chunked(Uint8Array.from(bytes)));
  await expect(text(source.chunks)).rejects.toThrow(format);
  expect(source.ending()).toBe('early');
});

test.each([
  ['gzip', members],
  ['zstd', frames],
])('what the source rejects with comes through the decoder: %s', async (_, bytes) => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 30);
    throw new Error('the cable is cut');
  }
  await expect(text(broken())).rejects.toThrow('the cable is cut');
});

test.each([
  ['gzip', gzipSync('x\n'.repeat(100_000))],
  ['zstd', zstdCompressSync('x\n'.repeat(100_000))],
  ['plain', Buffer.from('x\n'.repeat(100_000))],
  ['gzip that turns out broken', Buffer.concat([gzipSync('x'), Buffer.from('tail')])],
])('a reader that leaves early ends the source: %s', async (_, bytes) => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield bytes;
  }
  const source = watched(endless());
  try {
    for await (const _ of decompress(source.chunks, 'members/p0')) break;
  } catch {}
  expect(source.ending()).toBe('early');
});

/** `chunks`, and how its reading ended. */
function watched(chunks: AsyncIterable<Uint8Array>) {
  let ending = 'open';
  async function* passing(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      ending = 'at its end';
    } finally {
      if (ending === 'open') ending = 'early';
    }
  }
  return { chunks: passing(), ending: () => ending };
}
