/** What networks and S3 do to a long read, on a real server: the bytes are the same. */
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { manualTime } from '@segment-store/resilience/manual-time';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AnsweringProxy, startAnsweringProxy } from '../../../test/services/src/answering-proxy.ts';
import { type FaultProxy, startFaultProxy } from '../../../test/services/src/fault-proxy.ts';
import { createBucket, servers } from '../../../test/support/servers.ts';
import type { FileInfo, Folder } from './folder.ts';
import { openFolder } from './open.ts';
import { readRange, resumed } from './resumed.ts';

const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
const MEBIBYTE = 1024 * 1024;
/** Of every kind; ten times in a file. `npm run test:long` makes a hundred, in files of 64 MiB. */
const CUTS = Number(process.env.CUTS ?? 10);
const CUTS_PER_FILE = 10;
const content = randomBytes(CUTS > CUTS_PER_FILE ? 64 * MEBIBYTE : 24 * MEBIBYTE);
const passes = Array.from({ length: CUTS / CUTS_PER_FILE }, (_, index) => index + 1);

let url = '';
let file: FileInfo;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  url = `s3://${await createBucket()}/run`;
  await using folder = openFolder(url, { s3Endpoint: endpoint });
  file = await folder.write('members/p0', once(content), unlimited);
});

describe('behind a bad network', () => {
  let proxy: FaultProxy;
  let folder: Folder;
  const time = manualTime();
  beforeAll(async () => {
    proxy = await startFaultProxy(endpoint);
    folder = openFolder(url, { s3Endpoint: proxy.url, time });
    return async () => {
      await folder[Symbol.asyncDispose]();
      await proxy.stop();
    };
  });
  afterEach(() => proxy.heal());
  const answered = () => proxy.counts().answers;

  const cuts = (by: 'close' | 'reset') =>
    proxy.inject({ kind: 'cuts', by, atBytes: Array.from({ length: CUTS_PER_FILE }, () => randomInt(content.length)) });

  describe.each(passes)('ten cuts anywhere, time %d', () => {
    test('by a close: the same bytes, and hardly any of them twice', async () => {
      const before = answered();
      cuts('close');
      expect(await digestOf(resumed(folder, file, unlimited))).toBe(digest(content));
      expect((answered() - before) / content.length).toBeLessThan(1.1);
    });

    test('by a reset, which loses what was on its way: the same bytes', async () => {
      cuts('reset');
      expect(await digestOf(resumed(folder, file, unlimited))).toBe(digest(content));
    });

    test('in pieces that are read out of order: the same bytes', async () => {
      const before = answered();
      const eighth = content.length / 8;
      cuts('close');
      for (const index of [0, 5, 2, 7, 4, 1, 6, 3]) {
        const range = { from: eighth * index, to: eighth * (index + 1) };
        const bytes = await readRange(folder, file, range, unlimited);
        expect(digest(bytes)).toBe(digest(content.subarray(range.from, range.to)));
      }
      expect((answered() - before) / content.length).toBeLessThan(1.1);
    });
  });

  test('a black hole in the middle of a body is noticed after 15 s, and left once it heals', async () => {
    const before = proxy.counts().connections;
    const chunks = resumed(folder, file, unlimited);
    const hash = createHash('sha256').update((await chunks.next()).value ?? '');
    proxy.inject({ kind: 'blackhole' });
    const rest = digestOf(chunks, hash);
    const noticed = expect.poll(async () => {
      await time.advance(15_000);
      return proxy.counts().connections - before;
    });
    await noticed.toBeGreaterThanOrEqual(2);
    proxy.heal();
    expect(await rest).toBe(digest(content));
  });

  test('a reader that takes an hour in the middle is no stall: nothing is asked for twice', async () => {
    const before = answered();
    const chunks = resumed(folder, file, unlimited);
    const hash = createHash('sha256').update((await chunks.next()).value ?? '');
    await time.advance(3_600_000);
    expect(await digestOf(chunks, hash)).toBe(digest(content));
    expect(answered() - before).toBeLessThan(content.length + 100_000);
  });

  test('a read that is aborted, or left, leaves no socket open that carries a body', async () => {
    const far = openFolder(url, { s3Endpoint: proxy.url });
    const open = () => proxy.counts().open;
    const before = open();
    const controller = new AbortController();
    const call: Call = { signal: controller.signal, deadlineAt: Number.POSITIVE_INFINITY };
    const aborted = Array.from({ length: 10 }, () => resumed(far, file, call));
    for (const chunks of aborted) await chunks.next();
    expect(open() - before).toBeGreaterThanOrEqual(10);
    controller.abort(new Error('nobody waits any more'));
    for (const chunks of aborted) await expect(digestOf(chunks)).rejects.toThrow('nobody waits any more');
    for await (const _ of resumed(far, file, unlimited)) break;
    await expect.poll(() => open() - before).toBe(0);
    await far[Symbol.asyncDispose]();
  });

  test('a server that comes back after half a minute was worth waiting for', async () => {
    const chunks = resumed(folder, file, unlimited, { time });
    const hash = createHash('sha256').update((await chunks.next()).value ?? '');
    proxy.inject({ kind: 'reset' });
    const rest = digestOf(chunks, hash);
    const startedAt = time.now();
    const turned = expect.poll(
      async () => {
        await time.advance(1_000);
        return time.now() - startedAt;
      },
      { timeout: 30_000 },
    );
    await turned.toBeGreaterThan(20_000);
    proxy.heal();
    const turning = setInterval(() => time.advance(1_000), 20);
    expect(await rest.finally(() => clearInterval(turning))).toBe(digest(content));
  });
});

describe('what S3 answers', () => {
  let proxy: AnsweringProxy;
  beforeEach(async () => {
    proxy = await startAnsweringProxy(endpoint);
    return () => proxy.stop();
  });
  const open = () => openFolder(url, { s3Endpoint: proxy.url });
  const asked = () => proxy.asked.length;

  test.each([
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [503, 'SlowDown'],
    [429, 'TooManyRequests'],
    [400, 'RequestTimeout'],
  ])('%d %s now and then: the same bytes', async (status, code) => {
    await using folder = open();
    proxy.answer(() => (asked() % 2 === 1 ? { status, code } : undefined));
    expect(await digestOf(resumed(folder, file, unlimited))).toBe(digest(content));
    expect(asked()).toBeGreaterThan(content.length / (8 * MEBIBYTE));
  });

  test.each([500, 503])(
    '%d and nothing else, in the middle of the file: UNAVAILABLE, tried again before',
    async (status) => {
      await using folder = open();
      proxy.answer(({ headers }) =>
        headers.range === 'bytes=0-8388607' ? undefined : { status, code: 'InternalError' },
      );
      const read = digestOf(resumed(folder, file, unlimited, { maxResumes: 2 }));
      await expect(read).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining('in 3 tries'),
      });
    },
  );

  test('403 in the middle of the file is DENIED at once', async () => {
    await using folder = open();
    const refused = ({ headers }: IncomingMessage) => headers.range?.startsWith('bytes=16777216-');
    let refusals = 0;
    proxy.answer((request) => {
      if (!refused(request)) return undefined;
      refusals++;
      return { status: 403, code: 'AccessDenied' };
    });
    const read = digestOf(resumed(folder, file, unlimited));
    await expect(read).rejects.toMatchObject({ code: 'DENIED', message: expect.stringContaining('403 AccessDenied') });
    expect(refusals).toBe(1);
  });

  test('a file replaced in the middle of its reading is CHANGED, and not one byte is of the other', async () => {
    await using folder = open();
    const own = await folder.write(`members/${randomUUID()}`, once(content), unlimited);
    const chunks = resumed(folder, own, unlimited, { prefetch: 0 });
    const first = (await chunks.next()).value ?? Buffer.alloc(0);
    await folder.write(own.key, once(Buffer.alloc(content.length)), unlimited);
    const read: Uint8Array[] = [first];
    const rest = async () => {
      for await (const chunk of chunks) read.push(chunk);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CHANGED', message: expect.stringContaining(own.key) });
    const bytes = Buffer.concat(read);
    expect(bytes.equals(content.subarray(0, bytes.length))).toBe(true);
  });

  describe('about credentials that have expired', () => {
    afterEach(() => vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId));
    const isOld = ({ headers }: IncomingMessage) => headers.authorization?.includes('Credential=OLDKEY/');

    test('newer ones are looked for, and the read goes on', async () => {
      await using folder = open();
      proxy.answer((request) => (isOld(request) ? { status: 400, code: 'ExpiredToken' } : undefined));
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'OLDKEY');
      const first = folder.info(file.key, unlimited);
      await expect(first).rejects.toMatchObject({ code: 'DENIED', message: expect.stringContaining('have expired') });
      expect(asked()).toBe(2);
      vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
      expect(await digestOf(resumed(folder, file, unlimited))).toBe(digest(content));
      expect(await folder.info(file.key, unlimited)).toEqual(file);
    });

    test('and not found, the read is DENIED and says so', async () => {
      await using folder = open();
      proxy.answer(() => ({ status: 400, code: 'ExpiredToken' }));
      await expect(digestOf(resumed(folder, file, unlimited))).rejects.toMatchObject({
        code: 'DENIED',
        retryable: false,
        message: expect.stringContaining('400 ExpiredToken, the credentials have expired'),
      });
      expect(asked()).toBe(2);
    });
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MEBIBYTE) yield bytes.subarray(at, at + MEBIBYTE);
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function digestOf(chunks: AsyncIterable<Uint8Array>, hash = createHash('sha256')): Promise<string> {
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
