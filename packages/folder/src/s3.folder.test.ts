import { randomUUID } from 'node:crypto';
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unlimited } from '@segment-store/resilience/operation';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../test/services/src/fault-proxy.ts';
import { createBucket, servers } from '../../../test/support/servers.ts';
import { folderSuite } from './folder.suite.ts';
import type { Folder } from './folder.ts';
import { openFolder } from './open.ts';

const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
let bucket = '';

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  bucket = await createBucket();
});

const open = (url: string, s3Endpoint = endpoint) => openFolder(url, { s3Endpoint });
const fresh = async () => open(`s3://${bucket}/${randomUUID()}`);

describe('S3', () => {
  folderSuite({ fresh, absent: () => open(`s3://absent-${randomUUID()}/prefix`) });

  test('a bucket without prefix is a folder too, and the prefix of one is not that of another', async () => {
    const own = await createBucket();
    await using whole = open(`s3://${own}`);
    await using part = open(`s3://${own}/run`);
    await part.write('a', bytes('a'), unlimited);
    await whole.write('run-2/b', bytes('b'), unlimited);
    await whole.write('c', bytes('c'), unlimited);
    expect(await keysOf(whole)).toEqual(['c', 'run-2/b', 'run/a']);
    expect(await keysOf(part)).toEqual(['a']);
    expect([whole.url, part.url]).toEqual([`s3://${own}`, `s3://${own}/run`]);
  });

  test('an absent bucket is named, whatever is asked of it', async () => {
    await using folder = open(`s3://absent-${randomUUID()}`);
    const missing = { code: 'NOT_FOUND', message: expect.stringContaining(folder.url) };
    await expect(keysOf(folder)).rejects.toMatchObject(missing);
    await expect(folder.info('a', unlimited)).rejects.toMatchObject(missing);
    await expect(folder.write('a', bytes('a'), unlimited)).rejects.toMatchObject(missing);
  });

  test('a large write that fails leaves no parts behind, which would cost money', async () => {
    const own = await createBucket();
    await using folder = open(`s3://${own}/run`);
    async function* body() {
      yield Buffer.alloc(20_000_000);
      throw new Error('died');
    }
    await expect(folder.write('a', body(), unlimited)).rejects.toThrow('died');
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket: own }))).Uploads ?? []).toEqual([]);
    client.destroy();
  });

  test('keys that are none of a folder are not listed', async () => {
    await using folder = await fresh();
    const Prefix = folder.url.replace(`s3://${bucket}/`, '');
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
    for (const key of ['dir/', 'c']) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${Prefix}/${key}`, Body: new Uint8Array() }));
    }
    client.destroy();
    expect(await keysOf(folder)).toEqual(['c']);
  });

  test('refused credentials are DENIED', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not the secret');
    await using folder = await fresh();
    const denied = { code: 'DENIED', fault: false, message: expect.stringContaining('403') };
    await expect(keysOf(folder)).rejects.toMatchObject(denied);
    // An answer to HEAD has no body that would say more.
    const told = expect.stringMatching(/: S3 answered 403, check credentials and policy$/);
    await expect(folder.info('a', unlimited)).rejects.toMatchObject({ ...denied, message: told });
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  });

  test('a port where nobody listens is UNAVAILABLE, and worth another try', async () => {
    const proxy = await startFaultProxy(endpoint);
    await proxy.stop();
    await using folder = open(`s3://${bucket}/x`, proxy.url);
    const unavailable = {
      code: 'UNAVAILABLE',
      fault: true,
      retryable: true,
      message: expect.stringMatching(/: no answer from S3, connect ECONNREFUSED [\d.:]+$/),
    };
    await expect(folder.info('a', unlimited)).rejects.toMatchObject(unavailable);
  });
});

describe('S3 behind a bad network', () => {
  let proxy: FaultProxy;
  const through = (folder: Folder) => open(folder.url, proxy.url);
  beforeAll(async () => {
    proxy = await startFaultProxy(endpoint);
    return () => proxy.stop();
  });
  afterEach(() => proxy.heal());

  test('a body that is cut is UNAVAILABLE and says how far it came', async () => {
    await using folder = await fresh();
    await using far = through(folder);
    const file = await folder.write('a', bytes(Buffer.alloc(3_000_000, 1)), unlimited);
    proxy.inject({ kind: 'cut', afterBytes: 1_000_000 });
    const read = Array.fromAsync(far.read(file, { from: 0, to: file.bytes }, unlimited));
    await expect(read).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      fault: true,
      retryable: true,
      message: expect.stringMatching(/cut after \d{6} of 3000000 bytes/),
    });
  });

  test('a silent server ends with the call, not later', async () => {
    await using folder = await fresh();
    await using far = through(folder);
    const file = await folder.write('a', bytes(Buffer.alloc(3_000_000, 1)), unlimited);
    proxy.inject({ kind: 'blackhole' });
    const call = () => ({ signal: AbortSignal.timeout(200), deadlineAt: Number.POSITIVE_INFINITY });
    const tries = [
      far.info('a', call()),
      Array.fromAsync(far.list('', call())),
      far.write('b', bytes('b'), call()),
      Array.fromAsync(far.read(file, { from: 0, to: file.bytes }, call())),
    ];
    for (const settled of await Promise.allSettled(tries)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError' } });
    }
  });

  test('a body that falls silent half-way ends with the call', async () => {
    await using folder = await fresh();
    await using far = through(folder);
    const file = await folder.write('a', bytes(Buffer.alloc(20_000_000, 1)), unlimited);
    const controller = new AbortController();
    const body = far.read(
      file,
      { from: 0, to: file.bytes },
      { signal: controller.signal, deadlineAt: Number.POSITIVE_INFINITY },
    );
    const iterator = body[Symbol.asyncIterator]();
    await iterator.next();
    proxy.inject({ kind: 'blackhole' });
    const reason = new Error('nobody waits any more');
    setTimeout(() => controller.abort(reason), 100);
    await expect(untilDone(iterator)).rejects.toBe(reason);
  });

  test('a connection that is reset is tried again before anyone hears of it', async () => {
    await using folder = await fresh();
    await using far = through(folder);
    const file = await folder.write('a', bytes('a'), unlimited);
    expect(await far.info('a', unlimited)).toEqual(file);
    proxy.inject({ kind: 'reset' });
    proxy.heal();
    expect(await far.info('a', unlimited)).toEqual(file);
  });
});

async function* bytes(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

async function keysOf(folder: Folder): Promise<string[]> {
  return (await Array.fromAsync(folder.list('', unlimited))).map(({ key }) => key);
}

async function untilDone(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}
