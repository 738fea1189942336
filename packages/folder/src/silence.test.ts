import { manualTime } from '@segment-store/resilience/manual-time';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { withinSilence } from './silence.ts';

const bytes = Buffer.from('bytes');

/** Chunks as they are given, until the call is aborted. */
function wire() {
  const waiting: ((bytes: Uint8Array) => void)[] = [];
  async function* read({ signal }: Call): AsyncGenerator<Uint8Array> {
    for (;;) {
      signal.throwIfAborted();
      yield await new Promise<Uint8Array>((resolve, reject) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
  }
  return { read, send: () => waiting.shift()?.(bytes) };
}

test('nothing for 15 s is UNAVAILABLE and worth another try; a chunk starts the 15 s anew', async () => {
  const time = manualTime();
  const { read, send } = wire();
  const chunks = withinSilence(read, { name: 'p0 in s3://bucket', time }, unlimited);
  for (let chunk = 0; chunk < 5; chunk++) {
    const next = chunks.next();
    await time.advance(14_999);
    send();
    expect((await next).value).toBe(bytes);
  }
  const last = chunks.next();
  last.catch(() => {});
  await time.advance(15_000);
  await expect(last).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable: true,
    message: 'p0 in s3://bucket: nothing arrived for 15 s',
  });
  expect(time.pending()).toBe(0);
});

test('a reader that takes an hour over a chunk is not the silence of the server', async () => {
  const time = manualTime();
  const { read, send } = wire();
  const chunks = withinSilence(read, { name: 'p0', time }, unlimited);
  for (let chunk = 0; chunk < 3; chunk++) {
    const next = chunks.next();
    await time.advance(0);
    send();
    expect((await next).value).toBe(bytes);
    await time.advance(3_600_000);
  }
});

test("a call that is aborted ends with the caller's reason", async () => {
  const controller = new AbortController();
  const { read } = wire();
  const call = { signal: controller.signal, deadlineAt: Number.POSITIVE_INFINITY };
  const next = withinSilence(read, { name: 'p0', time: manualTime() }, call).next();
  controller.abort(new Error('nobody waits any more'));
  await expect(next).rejects.toThrow('nobody waits any more');
});
