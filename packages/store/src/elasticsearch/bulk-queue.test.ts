import { manualTime } from '@segment-store/resilience/manual-time';
import { beforeEach, describe, expect, test } from 'vitest';
import { callFor, lineOf, linesOf } from '../store.fixture.ts';
import { customerOf } from '../tally.ts';
import { BulkPace } from './bulk-pace.ts';
import { type Attempted, type Bulk, BulkQueue } from './bulk-queue.ts';

/** A bulk on its way: whom it carries, and how it ends. */
interface OnItsWay {
  readonly customers: readonly string[];
  readonly isFull: boolean;
  arrive(): void;
  fail(reason: Error): void;
}

const LINE_BYTES = 100;
let underWay: OnItsWay[];

beforeEach(() => {
  underWay = [];
});

/** Of a customer a line, every action of the same length. */
function linesFor(...customers: string[]): Attempted {
  const part = { key: 'members/part-0', bytes: 1, rows: 1 };
  const texts = customers.map((customer) => lineOf(customer, ['x'.repeat(LINE_BYTES - 62 - 2 * customer.length)]));
  return { ...linesOf(part, texts), attempted: false };
}

function queueFor({ lines, inFlight }: { lines: number; inFlight: number }): BulkQueue {
  const pace = new BulkPace({ bytes: lines * LINE_BYTES, inFlight }, manualTime());
  return new BulkQueue(pace, ({ slices, isFull }: Bulk) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const customers = slices.flatMap(({ lines, indexes }) => indexes.map((index) => `${customerOf(lines, index)}`));
    const arrive = () => {
      for (const { tally, indexes } of slices) for (const index of indexes) tally.stored('created', index);
      resolve();
    };
    underWay.push({ customers, isFull, arrive, fail: reject });
    return promise;
  });
}

const customersUnderWay = () => underWay.map(({ customers }) => customers.join(' '));

describe('bulks', () => {
  test('are filled with what waits, of several writes, in order', async () => {
    const queue = queueFor({ lines: 3, inFlight: 1 });
    const writes = [linesFor('a'), linesFor('b', 'c'), linesFor('d', 'e')].map((lines) =>
      queue.write(lines, callFor()),
    );
    expect(customersUnderWay()).toEqual(['a']);
    underWay[0]?.arrive();
    expect((await writes[0])?.created).toBe(1);
    expect(customersUnderWay()).toEqual(['a', 'b c d']);
    expect(underWay.map(({ isFull }) => isFull)).toEqual([false, true]);
    underWay[1]?.arrive();
    expect((await writes[1])?.created).toBe(2);
    underWay[2]?.arrive();
    expect(await writes[2]).toMatchObject({ created: 2, memberships: 2 });
  });

  test('are never more at once than the pace says', async () => {
    const queue = queueFor({ lines: 1, inFlight: 2 });
    const write = queue.write(linesFor('a', 'b', 'c', 'd'), callFor());
    expect(customersUnderWay()).toEqual(['a', 'b']);
    for (let at = 0; at < 4; at += 1) {
      underWay[at]?.arrive();
      await Promise.resolve();
      await new Promise(setImmediate);
    }
    expect([(await write).created, customersUnderWay()]).toEqual([4, ['a', 'b', 'c', 'd']]);
  });

  test('that are smaller than a line carry it alone', async () => {
    const queue = queueFor({ lines: 0.5, inFlight: 8 });
    void queue.write(linesFor('a', 'b'), callFor());
    expect(customersUnderWay()).toEqual(['a', 'b']);
  });

  test('of no lines are none', async () => {
    const queue = queueFor({ lines: 1, inFlight: 1 });
    expect([(await queue.write(linesFor(), callFor())).created, underWay]).toEqual([0, []]);
  });
});

describe('a bulk that fails', () => {
  test('fails the writes it carries once nothing of them is under way, and no others', async () => {
    const queue = queueFor({ lines: 1, inFlight: 2 });
    const failing = queue.write(linesFor('a', 'b', 'c'), callFor());
    const other = queue.write(linesFor('d'), callFor());
    let ended = false;
    const failed = failing.catch((reason) => {
      ended = true;
      return reason;
    });
    underWay[0]?.fail(new Error('no'));
    await new Promise(setImmediate);
    expect([ended, customersUnderWay()]).toEqual([false, ['a', 'b', 'd']]);
    underWay[1]?.arrive();
    expect((await failed).message).toBe('no');
    underWay[2]?.arrive();
    expect((await other).created).toBe(1);
  });

  test('that nobody waits for any more ends at once, and what waits of it never leaves', async () => {
    const queue = queueFor({ lines: 1, inFlight: 1 });
    const caller = new AbortController();
    const left = queue.write(linesFor('a', 'b'), { ...callFor(), signal: caller.signal });
    const other = queue.write(linesFor('c'), callFor());
    caller.abort();
    await expect(left).rejects.toMatchObject({ code: 'ABORTED' });
    underWay[0]?.arrive();
    await new Promise(setImmediate);
    expect(customersUnderWay()).toEqual(['a', 'c']);
    underWay[1]?.arrive();
    expect((await other).created).toBe(1);
    await queue.idle();
  });
});
