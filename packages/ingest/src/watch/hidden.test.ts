import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { keepHidden } from './hidden.ts';
import type { Message } from './queue.ts';

const message: Message = { id: 'm1', body: '', receipt: 'r1', receives: 1 };
const HOUR = 3_600_000;

function keep(hide: () => Promise<void> = async () => {}) {
  const time = manualTime();
  const [renewedAt, troubles]: [number[], string[]] = [[], []];
  const queue = {
    url: 'https://queue',
    hasRedrive: async () => true,
    receive: async () => undefined,
    remove: async () => {},
    hide(_: Message, ms: number) {
      renewedAt.push(time.now());
      expect(ms).toBe(120_000);
      return hide();
    },
  };
  const hidden = keepHidden(message, { queue, hiddenMs: 120_000, time, onTrouble: (text) => troubles.push(text) });
  return { time, renewedAt, troubles, hidden };
}

test('it is renewed every third of the time, until it is let go', async () => {
  const { time, renewedAt, hidden } = keep();
  await time.advance(120_000);
  expect(renewedAt).toEqual([40_000, 80_000, 120_000]);
  hidden[Symbol.dispose]();
  await time.advance(HOUR);
  expect(renewedAt).toHaveLength(3);
});

test('after eleven and a half hours it is let go, before the queue refuses', async () => {
  const { time, renewedAt, troubles } = keep();
  await time.advance(24 * HOUR);
  expect(renewedAt.at(-1)).toBe(11.5 * HOUR);
  expect(troubles).toEqual(['message m1 has been hidden for 11.5 hours, longer is not allowed: it comes back']);
  expect(time.pending()).toBe(0);
});

test('a renewal that fails is told, and the next one tried', async () => {
  const { time, renewedAt, troubles } = keep(() => Promise.reject(new Error('no answer from SQS')));
  await time.advance(80_000);
  expect(renewedAt).toHaveLength(2);
  expect(troubles).toEqual(Array(2).fill('message not kept hidden: no answer from SQS'));
});
