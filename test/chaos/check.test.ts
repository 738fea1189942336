import { expect, test } from 'vitest';
import { check, isKept, PROMISES, type Verdict } from './check.ts';
import {
  answer,
  BACK,
  FIRST,
  foundOf,
  inOrder,
  type Kept,
  keptHistory,
  SECOND,
  segmentOf,
  stranger,
  THIRD,
} from './history.fixture.ts';
import type { Answer } from './history.ts';

const verdicts = (kept: Kept): readonly Verdict[] => check(inOrder(kept));
const broken = (all: readonly Verdict[]) => all.filter((one) => !isKept(one)).map(({ name }) => name);

test('a history in which everything was kept is found to be one, and every promise was judged', () => {
  const all = verdicts(keptHistory());
  expect(all.flatMap(({ examples }) => examples)).toEqual([]);
  expect(broken(all)).toEqual([]);
});

const FUTURE = '20300101t000000z';

interface Planted {
  /** What went wrong. */
  readonly says: string;
  /** Which promise that breaks. */
  readonly breaks: string;
  /** What people must be told. */
  readonly names: string;
  plant(kept: Kept): void;
}

const without = <T>(all: T[], isIt: (one: T) => boolean): void => {
  const at = all.findIndex(isIt);
  if (at === -1) throw new Error('it is not there to be taken away');
  all.splice(at, 1);
};

const PLANTED: readonly Planted[] = [
  {
    says: 'an answer has the segments of the generation before',
    breaks: 'one generation',
    names: `c3 is in [${segmentOf('c3', FIRST)}] in an answer of ${SECOND}`,
    plant: ({ answers }) =>
      answers.push(answer(48_003, SECOND, { found: foundOf('c3', SECOND, 2, { segments: segmentOf('c3', FIRST) }) })),
  },
  {
    says: 'an answer has segments of two generations',
    breaks: 'one generation',
    names: `${segmentOf('c3', FIRST)} ${segmentOf('c3', SECOND)}`,
    plant: ({ answers }) => {
      const segments = `${segmentOf('c3', FIRST)} ${segmentOf('c3', SECOND)}`;
      answers.push(answer(48_003, SECOND, { found: foundOf('c3', SECOND, 2, { segments }) }));
    },
  },
  {
    says: 'the header names another generation than the body',
    breaks: 'one generation',
    names: `the body is of ${FIRST}, the header says ${SECOND}`,
    plant: ({ answers }) => answers.push(answer(48_003, SECOND, { found: foundOf('c3', FIRST, 2, { named: SECOND }) })),
  },
  {
    says: 'a known customer is in no segment, since a part did not answer',
    breaks: 'one generation',
    names: 'c3 is in []',
    plant: ({ answers }) => answers.push(answer(48_003, SECOND, { found: foundOf('c3', SECOND, 2, { segments: '' }) })),
  },
  {
    says: 'a customer whom nobody erased is said to be unknown',
    breaks: 'one generation',
    names: 'c3 is not known',
    plant: ({ answers }) => answers.push(answer(48_003, SECOND, { found: stranger('c3', SECOND, 2) })),
  },
  {
    says: 'a customer is a stranger before anybody asked to erase them',
    breaks: 'one generation',
    names: 'c9 is not known',
    plant: ({ answers }) => answers.push(answer(48_009, SECOND, { found: stranger('c9', SECOND, 2) })),
  },
  {
    says: 'an answer names a generation that nobody made',
    breaks: 'one generation',
    names: `an answer of ${FUTURE}`,
    plant: ({ answers }) => answers.push(answer(59_503, FUTURE, { found: foundOf('c3', FUTURE, 2) })),
  },
  {
    says: 'a process serves the generation before again',
    breaks: 'epoch',
    names: 'server-1 0: epoch 1 behind 2',
    // Where nobody knows what is served: only the epoch tells.
    plant: ({ answers }) => answers.push(answer(59_500, FIRST)),
  },
  {
    says: 'an answer has no epoch',
    breaks: 'epoch',
    names: 'no epoch',
    plant: ({ answers }) => answers.push(answer(48_003, SECOND, { found: foundOf('c3', SECOND, Number.NaN) })),
  },
  {
    says: 'a floor goes back',
    breaks: 'epoch',
    names: 'floor 0 behind 4',
    plant: ({ answers }) => answers.push(answer(116_003, SECOND, { found: foundOf('c3', SECOND, BACK, { floor: 0 }) })),
  },
  {
    says: 'an answer kept from before does not say so',
    breaks: 'stale',
    names: `of ${FIRST} without a flag while ${SECOND} was served`,
    // Its epoch is that of what is served: nothing else shows it.
    plant: ({ answers }) => answers.push(answer(48_003, FIRST, { found: foundOf('c3', FIRST, 2) })),
  },
  {
    says: 'a server answers from what was withdrawn, after the bound',
    breaks: 'withdrawn',
    names: `of ${THIRD}, which was withdrawn`,
    plant: ({ answers }) => answers.push(answer(111_000, THIRD, { server: 'server-2' })),
  },
  {
    says: 'an erased customer comes back',
    breaks: 'erased',
    names: 'server-2: c9 is back',
    plant: ({ answers }) => answers.push(answer(93_000, THIRD, { customer: 'c9', server: 'server-2' })),
  },
  {
    says: 'the live epoch goes back when a process dies',
    breaks: 'survives',
    names: 'epoch 1 is live behind 2',
    plant: ({ happenings }) => happenings.push({ what: 'live', run: FIRST, epoch: 1, at: 61_000 }),
  },
  {
    says: 'two runs are live in one epoch',
    breaks: 'survives',
    names: `epoch 2 is ${THIRD}, it was ${SECOND}`,
    plant: ({ happenings }) => happenings.push({ what: 'live', run: THIRD, epoch: 2, at: 61_000 }),
  },
  {
    says: 'a line is gone',
    breaks: 'survives',
    names: `1 lines of ${SECOND} are wrong or absent`,
    plant: ({ happenings }) => happenings.push({ what: 'compared', run: SECOND, equal: 8, wrong: 1, at: 80_000 }),
  },
  {
    says: 'nobody looked after a death',
    breaks: 'survives',
    names: 'nobody compared lines after the end of redis',
    plant: ({ happenings }) => happenings.push({ what: 'ended', part: 'redis', at: 71_000 }),
  },
  {
    says: 'an announced run is lost',
    breaks: 'acknowledged',
    names: '20260101t000230z was announced and never became live',
    plant: ({ happenings }) => happenings.push({ what: 'announced', run: '20260101t000230z', at: 129_000 }),
  },
  {
    says: 'an acknowledged change is gone',
    breaks: 'acknowledged',
    names: 'rollout-1 was acknowledged and is gone',
    plant: ({ happenings }) => {
      without(happenings, ({ what }) => what === 'looked up');
      happenings.push({ what: 'looked up', change: 'rollout-1', isThere: false, at: 131_000 });
    },
  },
  {
    says: 'nobody looked for an acknowledged change',
    breaks: 'acknowledged',
    names: 'rollout-1 was acknowledged and is gone',
    plant: ({ happenings }) => without(happenings, ({ what }) => what === 'looked up'),
  },
];

test.each(PLANTED)('found: $says', ({ plant, breaks, names }) => {
  const kept = keptHistory();
  plant(kept);
  const all = verdicts(kept);
  expect(broken(all)).toEqual([breaks]);
  expect(all.flatMap(({ examples }) => examples).join('\n')).toContain(names);
});

test('something is planted against every promise', () => {
  expect(new Set(PLANTED.map(({ breaks }) => breaks))).toEqual(new Set(PROMISES.map(({ name }) => name)));
});

test('a promise that nothing was judged by is not kept', () => {
  const history = inOrder(keptHistory());
  expect(broken(check({ ...history, answers: [] }))).toEqual([
    'one generation',
    'epoch',
    'stale',
    'withdrawn',
    'erased',
  ]);
});

test('whoever cannot ask the store has longer to hear of a roll back and an erasure, and no longer than that', () => {
  const late = [
    answer(111_000, THIRD, { server: 'server-2' }),
    answer(61_500, SECOND, { customer: 'c9', server: 'server-2' }),
  ];
  const judged = (from: number, at: number) => {
    const kept = keptHistory();
    kept.answers.push(...late);
    kept.happenings.push({ what: 'outage', from, at });
    return broken(verdicts(kept));
  };
  expect(judged(49_900, 105_000)).toEqual([]);
  expect(judged(49_900, 51_400)).toEqual(['withdrawn', 'erased']);
  expect(judged(10_000, 40_000)).toEqual(['withdrawn', 'erased']);
});

test('answers that were asked for while a publish went on may be of either generation', () => {
  const kept = keptHistory();
  const [asked, took] = [44_500, 2_000];
  kept.answers.push(
    answer(asked, SECOND, { answeredAt: asked + 100 }),
    answer(asked + 50, FIRST, { answeredAt: asked + took }),
  );
  expect(broken(verdicts(kept))).toEqual([]);
});

test('answers of minutes under load are judged in a second or two', { timeout: 20_000 }, () => {
  const kept = keptHistory();
  const found = Array.from({ length: 10 }, (_, index) => foundOf(`c${index}`, SECOND, 2));
  const many: Answer[] = [];
  for (let index = 0; index < 200_000; index++) {
    const askedAt = 65_100 + index / 50;
    const said = found[index % 9];
    const asked = { askedAt, answeredAt: askedAt + 2, server: 'server-1', customer: `c${index % 9}` };
    if (said !== undefined) many.push({ ...asked, status: 200, found: said });
  }
  const history = inOrder({ ...kept, answers: [...kept.answers, ...many] });
  const startedAt = performance.now();
  const all = check(history);
  const ms = performance.now() - startedAt;
  expect(broken(all)).toEqual([]);
  expect(all[0]?.judged).toBeGreaterThan(200_000);
  expect(ms).toBeLessThan(5_000);
});
