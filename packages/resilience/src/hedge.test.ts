import { expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { createHedgePace, hedge } from './hedge.ts';
import { type ManualTime, manualTime } from './manual-time.ts';
import { type Call, stack, unlimited } from './operation.ts';
import { createRetryBudget } from './retry.ts';

interface Try {
  readonly call: Call;
  answer(text: string): void;
  fail(failure: Failure): void;
}

/** A dependency whose tries the test ends, after 100 of which the slowest took 10 ms. */
async function hedged() {
  const time = manualTime();
  const budget = createRetryBudget();
  const tries: Try[] = [];
  const send = stack<string, string>(
    [hedge(createHedgePace(), budget, time)],
    (_: string, call) =>
      new Promise<string>((resolve, reject) => {
        tries.push({ call, answer: resolve, fail: reject });
        call.signal.addEventListener('abort', () => reject(call.signal.reason));
      }),
  );
  const ask = (call: Call = unlimited) => send('x', call).catch((error: unknown) => error);
  for (let call = 0; call < 100; call += 1) await answered(ask, { ms: call < 10 ? 10 : 5, time, tries });
  return { time, budget, tries, ask };
}

interface Answered {
  readonly ms: number;
  readonly time: ManualTime;
  readonly tries: Try[];
}

async function answered(ask: () => Promise<unknown>, { ms, time, tries }: Answered): Promise<void> {
  const asked = ask();
  await time.advance(ms);
  tries.pop()?.answer('quick');
  await asked;
}

const broken = () => new Failure('NETWORK', 'reset', { fault: true });

test('a try slower than nearly all before gets company; the first answer counts, the other try is aborted', async () => {
  const { time, tries, ask, budget } = await hedged();
  const asked = ask();
  await time.advance(9);
  expect(tries).toHaveLength(1);
  await time.advance(2);
  expect(tries).toHaveLength(2);
  tries[1]?.answer('second');
  expect(await asked).toBe('second');
  expect(tries.map(({ call }) => call.signal.aborted)).toEqual([true, false]);
  expect(budget.tokens).toBe(9);
  expect(time.pending()).toBe(0);
});

test('no more than 2 of 100 calls are hedged, and none while the retry budget is low', async () => {
  const { time, tries, ask, budget } = await hedged();
  const slow = async (calls: number) => {
    const before = tries.length;
    const asked = Array.from({ length: calls }, () => ask());
    await time.advance(50);
    for (const { answer } of tries) answer('late');
    await Promise.all(asked);
    return tries.length - before - calls;
  };
  expect(await slow(100)).toBeLessThanOrEqual(5);
  expect(await slow(100)).toBeLessThanOrEqual(2);
  budget.tokens = 5;
  expect(await slow(100)).toBe(0);
});

test('before there is anything to compare with, nothing is hedged', async () => {
  const time = manualTime();
  let calls = 0;
  const send = stack([hedge(createHedgePace(), createRetryBudget(), time)], (_: string) => {
    calls += 1;
    return new Promise<string>((resolve) => time.after(500, () => resolve('slow')));
  });
  const asked = send('x', unlimited);
  await time.advance(501);
  expect([await asked, calls]).toEqual(['slow', 1]);
});

test('a failure of the only try is the failure of the call', async () => {
  const { tries, ask, time } = await hedged();
  const asked = ask();
  tries[0]?.fail(broken());
  expect(await asked).toMatchObject({ code: 'NETWORK', attempts: 0 });
  await time.advance(100);
  expect(tries).toHaveLength(1);
});

test('while two are under way the other still may answer; when both failed that counts as two tries', async () => {
  const { time, tries, ask } = await hedged();
  const first = ask();
  await time.advance(11);
  tries[0]?.fail(broken());
  tries[1]?.answer('second');
  expect(await first).toBe('second');
  tries.splice(0);
  const second = ask();
  await time.advance(11);
  for (const { fail } of tries) fail(broken());
  expect(await second).toMatchObject({ code: 'NETWORK', attempts: 2 });
});

test('a caller that leaves takes both tries along', async () => {
  const { time, tries, ask } = await hedged();
  const controller = new AbortController();
  const asked = ask({ ...unlimited, signal: controller.signal });
  await time.advance(11);
  controller.abort(new Failure('TIMEOUT', 'late', { fault: true }));
  expect(await asked).toMatchObject({ code: 'TIMEOUT' });
  expect(tries.map(({ call }) => call.signal.aborted)).toEqual([true, true]);
});
