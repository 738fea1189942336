import { Failure } from '@segment-store/resilience/failure';
import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { beforeEach, expect, test } from 'vitest';
import type { ByteRange, FileInfo, Folder, FolderCode } from './folder.ts';
import { type ResumeOptions, readRange, resumed } from './resumed.ts';

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const file: FileInfo = { key: 'members/p0', bytes: content.length, etag: '"1"' };
const small = { wholeBytes: 100, rangeBytes: 100 } satisfies ResumeOptions;
const cut = () => new Failure<FolderCode>('UNAVAILABLE', 'the cable is cut', { fault: true, retryable: true });

let time: ManualTime;
beforeEach(() => {
  time = manualTime();
});

type Read = (range: ByteRange, call: Call) => AsyncIterable<Uint8Array>;

/** A folder of one file, whose bodies are `read`; and which ranges were asked for, how many of them have not ended. */
function folderOf(read: Read = (range) => bodyOf(range), remote = true) {
  const asked: string[] = [];
  const state = { open: 0, received: 0 };
  const refuse = () => Promise.reject(new Error('nobody asks for this'));
  const folder: Folder = {
    url: 's3://bucket/run',
    etags: 's3',
    remote,
    async *read(_, range, call) {
      asked.push(`${range.from}-${range.to}`);
      state.open++;
      try {
        for await (const chunk of read(range, call)) {
          state.received += chunk.length;
          yield chunk;
        }
      } finally {
        state.open--;
      }
    },
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    info: refuse,
    write: refuse,
    [Symbol.asyncDispose]: async () => {},
  };
  return { folder, asked, state };
}

/** Of bytes `from` to `to`, by `chunkBytes` at a time. */
async function* bodyOf({ from, to }: ByteRange, chunkBytes = 30): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += chunkBytes) yield content.subarray(at, Math.min(at + chunkBytes, to));
}

/** The same, and after `bytes` of them the failure. */
async function* cutAfter(bytes: number, range: ByteRange, failure = cut()): AsyncGenerator<Uint8Array> {
  yield* bodyOf({ from: range.from, to: Math.min(range.from + bytes, range.to) });
  if (range.to - range.from > bytes) throw failure;
}

const bytesOf = async (chunks: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(chunks));

/** Turns the clock until `work` has ended; resolves with how far. */
async function throughTime<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  while (!isDone) await time.advance(1_000);
  return work;
}

test('a small file is one request, a longer one is ranges, a directory is always one', async () => {
  const whole = folderOf();
  expect(await bytesOf(resumed(whole.folder, file, unlimited))).toEqual(content);
  expect(whole.asked).toEqual(['0-1000']);
  const ranges = folderOf();
  expect(await bytesOf(resumed(ranges.folder, file, unlimited, { wholeBytes: 999, rangeBytes: 400 }))).toEqual(content);
  expect(ranges.asked).toEqual(['0-400', '400-800', '800-1000']);
  const near = folderOf(undefined, false);
  expect(await bytesOf(resumed(near.folder, file, unlimited, small))).toEqual(content);
  expect(near.asked).toEqual(['0-1000']);
});

test('a file of nothing is asked for all the same: that it is still this version', async () => {
  const { folder, asked } = folderOf();
  expect(await bytesOf(resumed(folder, { ...file, bytes: 0 }, unlimited))).toEqual(Buffer.alloc(0));
  expect(asked).toEqual(['0-0']);
});

test('a body that is cut goes on at its next byte, however often', async () => {
  const { folder, asked, state } = folderOf((range) => cutAfter(37, range));
  expect(await throughTime(bytesOf(resumed(folder, file, unlimited, { time })))).toEqual(content);
  expect(asked.slice(0, 3)).toEqual(['0-1000', '37-1000', '74-1000']);
  expect(state.received).toBe(content.length);
});

test('every range goes on by itself', async () => {
  const { folder } = folderOf((range) => cutAfter(17, range));
  expect(await throughTime(bytesOf(resumed(folder, file, unlimited, { ...small, time })))).toEqual(content);
});

test('without a byte of progress it gives up after the tries allowed, and says where', async () => {
  const { folder, asked } = folderOf((range) => cutAfter(range.from === 0 ? 64 : 0, range));
  const read = throughTime(bytesOf(resumed(folder, file, unlimited, { maxResumes: 5, time })));
  await expect(read).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    fault: true,
    retryable: true,
    message: 'members/p0 in s3://bucket/run: no byte behind 64 in 6 tries, the last one ended so: the cable is cut',
  });
  expect(asked).toEqual(['0-1000', ...Array.from({ length: 5 }, () => '64-1000')]);
});

test('pauses grow to 20 s, and none is longer', async () => {
  const startedAt: number[] = [];
  const { folder } = folderOf(async function* () {
    startedAt.push(time.now());
    yield* [];
    throw cut();
  });
  await expect(throughTime(bytesOf(resumed(folder, file, unlimited, { maxResumes: 40, time })))).rejects.toThrow();
  const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
  const tooLong = pauses.filter((pause, index) => pause > Math.min(20_000, 200 * 2 ** index));
  expect(tooLong).toEqual([]);
  expect(Math.max(...pauses)).toBeGreaterThan(10_000);
});

test.each<FolderCode>(['CHANGED', 'NOT_FOUND', 'DENIED'])('%s is the answer at once', async (code) => {
  const { folder, asked } = folderOf((range) => cutAfter(10, range, new Failure(code, 'so it is')));
  await expect(bytesOf(resumed(folder, file, unlimited))).rejects.toMatchObject({ code, message: 'so it is' });
  expect(asked).toEqual(['0-1000']);
});

test('a call that is aborted ends with its reason, also while it waits for the next try', async () => {
  const controller = new AbortController();
  const call = { signal: controller.signal, deadlineAt: Number.POSITIVE_INFINITY };
  const { folder, state } = folderOf((range) => cutAfter(10, range));
  const read = bytesOf(resumed(folder, file, call, { ...small, time }));
  await new Promise(setImmediate);
  controller.abort(new Error('nobody waits any more'));
  await expect(read).rejects.toThrow('nobody waits any more');
  expect({ open: state.open, pending: time.pending() }).toEqual({ open: 0, pending: 0 });
});

test('a deadline that the pause would miss is no reason to wait', async () => {
  const { folder, asked } = folderOf((range) => cutAfter(10, range));
  const call = { ...unlimited, deadlineAt: -1 };
  await expect(bytesOf(resumed(folder, file, call, { time }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(asked).toHaveLength(1);
});

test.each([1, 2, 4])('however slow the reader, %d ranges ahead are all that is held', async (prefetch) => {
  const { folder, asked, state } = folderOf();
  const chunks = resumed(folder, file, unlimited, { ...small, prefetch });
  let read = 0;
  let mostHeld = 0;
  for await (const chunk of chunks) {
    read += chunk.length;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    mostHeld = Math.max(mostHeld, state.received - read);
  }
  expect(read).toBe(content.length);
  expect(asked).toHaveLength(10);
  expect(mostHeld).toBeLessThanOrEqual(prefetch * 100);
  expect(mostHeld).toBeGreaterThan((prefetch - 1) * 100);
});

test('a reader that leaves early, and a failure ahead of it, leave no body open', async () => {
  const early = folderOf();
  for await (const _ of resumed(early.folder, file, unlimited, small)) break;
  expect(early.state.open).toBe(0);
  const broken = folderOf((range) =>
    range.from === 200 ? cutAfter(0, range, new Failure('CHANGED', 'replaced')) : bodyOf(range),
  );
  const chunks: Uint8Array[] = [];
  const read = async () => {
    for await (const chunk of resumed(broken.folder, file, unlimited, small)) chunks.push(chunk);
  };
  await expect(read()).rejects.toMatchObject({ code: 'CHANGED' });
  expect(Buffer.concat(chunks)).toEqual(content.subarray(0, 200));
  expect(broken.state.open).toBe(0);
});

test('a reader that leaves does not wait for ranges ahead that bring nothing', async () => {
  const { folder, asked, state } = folderOf(async function* (range, { signal }) {
    if (range.from < 200) return yield* bodyOf(range);
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  for await (const chunk of resumed(folder, file, unlimited, small)) if (content.indexOf(chunk) > 100) break;
  expect({ asked, open: state.open }).toEqual({ asked: ['0-100', '100-200', '200-300'], open: 0 });
});

test.each([
  { from: 0, to: 0 },
  { from: 3, to: 50 },
  { from: 111, to: 987 },
])('bytes $from to $to are read on their own, through cuts', async (range) => {
  const { folder } = folderOf((own) => cutAfter(41, own));
  const bytes = await throughTime(readRange(folder, file, { ...range, ...small, time }, unlimited));
  expect(bytes).toEqual(content.subarray(range.from, range.to));
});
