import { parseCustomerId } from '@segment-store/contract/id';
import { manualTime } from '@segment-store/resilience/manual-time';
import { type Policy, stack, unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { CallersTime } from './callers-time.ts';

interface Asked {
  readonly customerId: ReturnType<typeof parseCustomerId>;
}
const asked: Asked = { customerId: parseCustomerId('c1') };

/** Each answer takes as long as the test says. */
function given() {
  const time = manualTime();
  const callers = new CallersTime(time);
  const takes: number[] = [];
  let calls = 0;
  const inTime: Policy<Asked, string> = (next) => callers.inTime(next);
  const timed: Policy<Asked, string> = (next) => callers.timed(next);
  const ask = stack([inTime, timed], async () => {
    calls += 1;
    await time.advance(takes.shift() ?? 0);
    return 'answer';
  });
  const within = (ms: number) => ask(asked, { ...unlimited, deadlineAt: time.now() + ms });
  return { time, takes, ask, within, calls: () => calls };
}

const late = { code: 'TOO_LATE', message: expect.stringContaining('X-Request-Timeout-Ms') };

test('who has less time left than the quickest answer of late took is refused at once', async () => {
  const { takes, ask, within, calls } = given();
  takes.push(50, 20, 30);
  for (let index = 0; index < 3; index += 1) await ask(asked, unlimited);
  await expect(within(19)).rejects.toMatchObject(late);
  expect(calls()).toBe(3);
  expect(await within(20)).toBe('answer');
  await expect(within(0)).rejects.toMatchObject(late);
});

test('as long as nothing is known everybody is let through who has any time left', async () => {
  const { within, calls } = given();
  expect(await within(1)).toBe('answer');
  await expect(within(0)).rejects.toMatchObject(late);
  await expect(within(-5)).rejects.toMatchObject(late);
  expect(calls()).toBe(1);
});

test('a store that was slow may be quick again: ten seconds later somebody finds out', async () => {
  const { time, takes, ask, within } = given();
  takes.push(400);
  await ask(asked, unlimited);
  await expect(within(300)).rejects.toMatchObject(late);
  await time.advance(9_000);
  await expect(within(300)).rejects.toMatchObject(late);
  await time.advance(1_001);
  expect(await within(300)).toBe('answer');
});

test('a quick answer counts for this window of five seconds and the next one', async () => {
  const { time, takes, ask, within } = given();
  takes.push(10);
  await ask(asked, unlimited);
  await time.advance(5_001);
  takes.push(400);
  await ask(asked, unlimited);
  expect(await within(15)).toBe('answer');
});
