import { expect, test } from 'vitest';
import { deadline } from './deadline.ts';
import { manualTime } from './manual-time.ts';
import { type Call, stack, unlimited } from './operation.ts';

const never = (): Promise<never> => new Promise(() => {});

test('an operation that never settles ends as TIMEOUT at the ceiling, not before', async () => {
  const time = manualTime();
  let outcome: unknown;
  stack([deadline(100, time)], never)('x', unlimited).catch((error) => {
    outcome = error;
  });
  await time.advance(99);
  expect(outcome).toBeUndefined();
  await time.advance(1);
  expect(outcome).toMatchObject({ code: 'TIMEOUT', fault: true, retryable: false });
  expect(time.pending()).toBe(0);
});

/** A call of 100 ms that ends at its ceiling: what was wrapped was given, and how it ended. */
async function cutOff(): Promise<{ readonly inner: Call | undefined; readonly failure: unknown }> {
  const time = manualTime();
  let inner: Call | undefined;
  const call = stack<unknown, never>([deadline(100, time)], (_: unknown, given: Call): Promise<never> => {
    inner = given;
    return never();
  })('x', unlimited);
  const [failure] = await Promise.all([call.catch((error) => error), time.advance(100)]);
  return { inner, failure };
}

test('what it wraps sees its signal aborted with the same failure', async () => {
  const { inner, failure } = await cutOff();
  expect(inner?.deadlineAt).toBe(100);
  expect(inner?.signal.reason).toBe(failure);
});

test("the caller's earlier deadline wins over the ceiling", async () => {
  const time = manualTime();
  const call = stack([deadline(100, time)], never)('x', { ...unlimited, deadlineAt: 30 });
  const [failure] = await Promise.all([call.catch((error) => error), time.advance(30)]);
  expect(failure).toMatchObject({ code: 'TIMEOUT' });
});

test("the caller's signal ends it at once as ABORTED, which is no fault", async () => {
  const time = manualTime();
  const controller = new AbortController();
  const call = stack([deadline(100, time)], never)('x', { ...unlimited, signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: 'ABORTED', fault: false });
  expect(time.pending()).toBe(0);
});

test('an already aborted caller never starts it', async () => {
  let started = false;
  const operation = async () => {
    started = true;
  };
  await expect(
    stack([deadline(9)], operation)('x', { ...unlimited, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect(started).toBe(false);
});

test('an inner ceiling reports the outer ceiling as the TIMEOUT it was', async () => {
  const time = manualTime();
  let inner: unknown;
  const observed = stack<string, string>([deadline(500, time)], never);
  const outer = stack<string, string>([deadline(100, time)], (input, call) =>
    observed(input, call).catch((error) => {
      inner = error;
      throw error;
    }),
  );
  await Promise.all([outer('x', unlimited).catch(() => {}), time.advance(100)]);
  expect(inner).toMatchObject({ code: 'TIMEOUT', fault: true });
});

test('an operation that throws before it returns a promise is a rejection', async () => {
  const operation = (): Promise<never> => {
    throw new RangeError('sync');
  };
  await expect(stack([deadline(100)], operation)('x', unlimited)).rejects.toThrow('sync');
});

test('whoever looks at the signal only after the end sees why it ended', async () => {
  const { inner, failure } = await cutOff();
  expect([inner?.signal.aborted, inner?.signal.reason]).toEqual([true, failure]);
  expect(inner?.signal).toBe(inner?.signal);
});
