/** Parts from a real S3 server over a network that cuts: a cut body goes on under the live decoder. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { startFaultProxy } from '../../../../test/services/src/fault-proxy.ts';
import { createBucket, servers } from '../../../../test/support/servers.ts';
import { decompress } from '../lines/decompress.ts';
import { type Source, sourceBytes } from './source.ts';

vi.setConfig({ testTimeout: 180_000 });

const MEBIBYTE = 1024 * 1024;
/** Of every kind, ten in a part. `npm run test:long` makes a hundred, in parts of more than 64 MiB. */
const CUTS = Number(process.env.CUTS ?? 10);
const CUTS_PER_PART = 10;
const passes = Array.from({ length: CUTS / CUTS_PER_PART }, (_, index) => index + 1);
/** Hardly compressible, so that the part is about as long. */
const blocks = Array.from({ length: CUTS > CUTS_PER_PART ? 68 : 20 }, () => randomBytes(MEBIBYTE));
const expected = digest(Buffer.concat(blocks));

describe.each([
  ['none', (block: Buffer) => block],
  ['gzip', (block: Buffer) => gzipSync(block, { level: 1 })],
  ['zstd', (block: Buffer) => zstdCompressSync(block)],
])('compression %s', (_, encode) => {
  let source: Source;
  let proxy: Awaited<ReturnType<typeof startFaultProxy>>;
  beforeAll(async () => {
    const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    proxy = await startFaultProxy(endpoint);
    const folder = openFolder(`s3://${await createBucket()}/run`, { s3Endpoint: proxy.url });
    const bytes = Buffer.concat(blocks.map(encode));
    const file = await folder.write('members/p0', inChunks(bytes), unlimited);
    source = { folder, file, part: { key: file.key, bytes: file.bytes, rows: 0, sha256: digest(bytes) } };
    return async () => {
      await folder[Symbol.asyncDispose]();
      await proxy.stop();
    };
  });

  test.each(passes)('ten cuts anywhere, time %d: the same lines come out, and hardly a byte comes twice', async () => {
    const before = proxy.counts().answers;
    const { bytes } = source.file;
    const atBytes = Array.from({ length: CUTS_PER_PART }, () => randomInt(bytes));
    proxy.inject({ kind: 'cuts', by: 'close', atBytes });
    const hash = createHash('sha256');
    for await (const chunk of decompress(sourceBytes(source, unlimited), source.part.key)) hash.update(chunk);
    expect(hash.digest('hex')).toBe(expected);
    expect((proxy.counts().answers - before) / bytes).toBeLessThan(1.1);
  });
});

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MEBIBYTE) yield bytes.subarray(at, at + MEBIBYTE);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
