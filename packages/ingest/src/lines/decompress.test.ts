import { gzipSync } from 'node:zlib';
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

test('plain bytes pass, however few', async () => {
  for (const plain of ['', 'a', 'abc', 'abcdef']) expect(await text(chunked(Buffer.from(plain)))).toBe(plain);
});

test('every gzip member is read, cut at any byte', async () => {
  for (let cut = 0; cut <= members.length; cut++) {
    expect(await text(chunked(members, [cut])), `cut at ${cut}`).toBe('one\ntwo\nthree\n');
  }
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
  ['a broken body', Buffer.concat([gzipSync('x'.repeat(99)).subarray(0, 12), Buffer.alloc(40, 0xff)])],
])('%s: CORRUPT, naming the file', async (_, bytes) => {
  await expect(text(chunked(bytes))).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('members/p0'),
  });
});

test.each([
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
  ['parquet', [0x50, 0x41, 0x52, 0x31, 0]],
])('%s is refused by its first bytes', async (format, bytes) => {
  await expect(text(chunked(Uint8Array.from(bytes), [1]))).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringContaining(`members/p0 is ${format}`),
  });
});

test('what the source rejects with comes through the decoder', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield members.subarray(0, 30);
    throw new Error('the cable is cut');
  }
  await expect(text(broken())).rejects.toThrow('the cable is cut');
});

test('a reader that leaves early ends the source', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield gzipSync('x\n'.repeat(100_000));
    } finally {
      ended = true;
    }
  }
  for await (const _ of decompress(endless(), 'members/p0')) break;
  await expect.poll(() => ended).toBe(true);
});
