import { describe, expect, test } from 'vitest';
import { type Aged, expired, resolveRetention } from './retention.ts';
import { runAt } from './store.fixture.ts';
import type { Retention } from './store.ts';

const now = new Date('2026-03-01T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

/** The `index`th run; published ones in the order of their epochs. */
function aged(index: number, state: Aged['state'], hours: number, more: Partial<Aged> = {}): Aged {
  const isBuild = state === 'building' || state === 'sealed';
  const facts = { removing: false, idleSince: hoursAgo(hours) };
  return { run: runAt(index), state, epoch: isBuild ? 0 : index, ...facts, ...more };
}

const live = aged(9, 'live', 0);

interface Case {
  readonly what: string;
  readonly generations: readonly Aged[];
  readonly retention?: Retention;
  /** Indices of the runs that go, in this order. */
  readonly go: readonly number[];
}

const cases: readonly Case[] = [
  { what: 'nothing of an empty store', generations: [], go: [] },
  { what: 'never the live one, whatever its age', generations: [aged(1, 'live', 10_000)], go: [] },
  {
    what: 'what is neither among the last two nor younger than a day, oldest first',
    generations: [live, aged(1, 'retired', 90), aged(2, 'retired', 70), aged(3, 'retired', 50), aged(4, 'retired', 30)],
    go: [1, 2],
  },
  {
    what: 'nothing that was retired within a day, however many there are',
    generations: [live, ...[1, 2, 3, 4, 5].map((index) => aged(index, 'retired', 23.9))],
    go: [],
  },
  {
    what: 'what was retired a day ago to the millisecond',
    generations: [live, aged(1, 'retired', 24), aged(2, 'retired', 20), aged(3, 'retired', 10)],
    go: [1],
  },
  {
    what: 'withdrawn ones like retired ones',
    generations: [live, aged(1, 'withdrawn', 90), aged(2, 'retired', 70), aged(3, 'withdrawn', 50)],
    go: [1],
  },
  {
    what: 'never the one that a roll back brings back, though it is older than those that are kept',
    generations: [
      aged(1, 'retired', 99),
      aged(2, 'retired', 98),
      live,
      aged(7, 'withdrawn', 50),
      aged(8, 'withdrawn', 49),
    ],
    go: [1],
  },
  {
    what: 'the last live by epoch, not by run: an older run may have been published later',
    generations: [live, aged(5, 'retired', 90, { epoch: 1 }), aged(1, 'retired', 80, { epoch: 5 })],
    retention: { keep: 1 },
    go: [5],
  },
  {
    what: 'builds that nobody has worked on for a day, sealed or not, however few there are',
    generations: [
      live,
      aged(10, 'building', 25),
      aged(11, 'sealed', 24),
      aged(12, 'building', 23),
      aged(13, 'sealed', 1),
    ],
    go: [10, 11],
  },
  {
    what: 'no build whose lease lasts, whatever is asked for',
    generations: [live, aged(10, 'building', -0.01)],
    retention: { youngerThanMs: 0 },
    go: [],
  },
  {
    what: 'what a removal that was cut off has left, at once',
    generations: [live, aged(1, 'retired', 1, { removing: true }), aged(10, 'building', 0, { removing: true })],
    go: [1, 10],
  },
  {
    what: 'all but the live one and the way back, when asked to keep none',
    generations: [live, aged(1, 'retired', 3), aged(2, 'retired', 2), aged(3, 'withdrawn', 1)],
    retention: { keep: 0, youngerThanMs: 0 },
    go: [1, 3],
  },
];

describe('retention lets go', () => {
  test.each(cases)('$what', ({ generations, retention = {}, go }) => {
    const gone = expired(generations, resolveRetention(retention), now);
    expect(gone.map(({ run }) => run)).toEqual(go.map(runAt));
  });

  test('and says why', () => {
    const generations = [
      live,
      aged(1, 'withdrawn', 48),
      aged(2, 'retired', 47),
      aged(10, 'building', 26),
      aged(11, 'sealed', 25),
      aged(3, 'retired', 0, { removing: true }),
    ];
    expect(expired(generations, resolveRetention({ keep: 0 }), now).map(({ why }) => why)).toEqual([
      'withdrawn at 2026-02-27T12:00:00.000Z, not among the 0 live last',
      'building and never published, nobody at work on it since 2026-02-28T10:00:00.000Z',
      'sealed and never published, nobody at work on it since 2026-02-28T11:00:00.000Z',
      'its removal was cut off',
    ]);
  });
});

test.each([
  [{ keep: -1 }, 'keep -1'],
  [{ keep: 1.5 }, 'keep 1.5'],
  [{ youngerThanMs: Number.NaN }, 'youngerThanMs NaN'],
  [{ youngerThanMs: -1 }, 'youngerThanMs -1'],
])('%o is refused by name', (retention, named) => {
  expect(() => resolveRetention(retention)).toThrow(named);
});
