import { expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { manualTime } from './manual-time.ts';
import { stack, unlimited } from './operation.ts';
import { createRetryBudget, retry } from './retry.ts';

const broken = (retryAfterMs?: number) =>
  new Failure('NETWORK', 'reset', { fault: true, retryable: true, retryAfterMs });

function failing(times: number, failure: () => Failure = broken) {
  const operation = Object.assign(
    async () => {
      operation.calls += 1;
      if (operation.calls <= times) throw failure();
      return 'answer';
    },
    { calls: 0 },
  );
  return operation;
}

test('a retryable failure is tried again and the answer comes through', async () => {
  const time = manualTime();
  const operation = failing(1);
  const [answer] = await Promise.all([
    stack([retry(1, createRetryBudget(), time)], operation)('x', unlimited),
    time.advance(25),
  ]);
  expect(answer).toBe('answer');
  expect(operation.calls).toBe(2);
});

test('after the last retry the failure leaves with the number of wire tries', async () => {
  const time = manualTime();
  const call = stack([retry(2, createRetryBudget(), time)], failing(9))('x', unlimited);
  const [failure] = await Promise.all([call.catch((error) => error), time.advance(60)]);
  expect(failure).toMatchObject({ code: 'NETWORK', attempts: 3 });
});

test('a refusal that never left this process is no wire try', async () => {
  const refused = () => new Failure('CIRCUIT_OPEN', 'open');
  await expect(stack([retry(1, createRetryBudget())], failing(9, refused))('x', unlimited)).rejects.toMatchObject({
    attempts: 0,
  });
});

test('a failure that is not retryable is not retried', async () => {
  const operation = failing(9, () => new Failure('PROTOCOL', 'no'));
  await expect(stack([retry(3, createRetryBudget())], operation)('x', unlimited)).rejects.toMatchObject({
    attempts: 1,
  });
  expect(operation.calls).toBe(1);
});

test('when everything fails the budget stops retries at half: 5 retries for any number of calls', async () => {
  const time = manualTime();
  const operation = failing(Number.POSITIVE_INFINITY);
  const send = stack([retry(1, createRetryBudget(), time)], operation);
  for (let call = 0; call < 100; call += 1) {
    await Promise.all([send('x', unlimited).catch(() => {}), time.advance(25)]);
  }
  expect(operation.calls).toBe(105);
});

test('a pause the deadline does not leave time for is not begun', async () => {
  const time = manualTime();
  const operation = failing(1, () => broken(1_000));
  const call = stack([retry(1, createRetryBudget(), time)], operation)('x', { ...unlimited, deadlineAt: 900 });
  await expect(call).rejects.toMatchObject({ code: 'NETWORK', attempts: 1 });
});

test('an abort during the pause ends it with the failure, without a further attempt', async () => {
  const time = manualTime();
  const controller = new AbortController();
  const operation = failing(1, () => broken(1_000));
  const call = stack([retry(1, createRetryBudget(), time)], operation)('x', {
    ...unlimited,
    signal: controller.signal,
  });
  const failure = call.catch((error) => error);
  await time.advance(500);
  controller.abort();
  expect(await failure).toMatchObject({ code: 'NETWORK' });
  expect(operation.calls).toBe(1);
});
