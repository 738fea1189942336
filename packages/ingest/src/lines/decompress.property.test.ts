import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { randomBelow } from '../../../../test/support/random.ts';
import { decompress } from './decompress.ts';

const ROUNDS = 20;
vi.setConfig({ testTimeout: 60_000 });

const below = randomBelow(20260131);

/** From nothing to more than what a decoder gives at once; from all the same to noise. */
function randomContent(): Uint8Array {
  const size = below(4) === 0 ? below(600_000) : below(2_000);
  const letters = 1 + below(250);
  return Buffer.alloc(size).map(() => below(letters));
}

const gzipMember = (content: Uint8Array) => gzipSync(content, { level: below(10) });

function zstdFrame(content: Uint8Array): Buffer {
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag } = constants;
  return zstdCompressSync(content, {
    params: {
      [ZSTD_c_compressionLevel]: below(12) - 3,
      [ZSTD_c_checksumFlag]: below(2),
      [ZSTD_c_contentSizeFlag]: below(2),
    },
  });
}

function skippableFrame(): Buffer {
  const bytes = below(3) * below(200);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + below(16));
  head.writeUInt32LE(bytes, 4);
  return Buffer.concat([head, Buffer.alloc(bytes, 0x28)]);
}

const encodings = {
  plain: (contents) => [Buffer.from('{'), ...contents],
  gzip: (contents) => contents.map(gzipMember),
  zstd: (contents) =>
    contents.flatMap((one) => (below(3) === 0 ? [skippableFrame(), zstdFrame(one)] : [zstdFrame(one)])),
} satisfies Record<string, (contents: readonly Uint8Array[]) => readonly Uint8Array[]>;

/** Of one to `most` bytes each, some of none. */
async function* chunked(bytes: Buffer, most: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = below(20) === 0 ? 0 : 1 + below(most);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of decompress(chunks, 'members/p0')) hash.update(chunk);
  return hash.digest('hex');
}

test.each(Object.entries(encodings))('%s: however it is chunked, the same bytes come out', async (name, encode) => {
  for (let round = 0; round < ROUNDS; round++) {
    const contents = Array.from({ length: 1 + below(6) }, randomContent);
    const bytes = Buffer.concat(encode(contents));
    const expected = createHash('sha256')
      .update(Buffer.concat(name === 'plain' ? [bytes] : contents))
      .digest('hex');
    for (const most of [bytes.length, 100_000, 1 + Math.ceil(bytes.length / 200)]) {
      expect(await digestOf(chunked(bytes, most)), `round ${round}, chunks of at most ${most}`).toBe(expected);
    }
  }
});
