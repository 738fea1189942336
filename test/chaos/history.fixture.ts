/** A short history in which everything was kept, for tests that break something of it. */
import type { Answer, Found, Happening, History, Truth } from './history.ts';

export const FIRST = '20260101t000000z';
export const SECOND = '20260101t000045z';
export const THIRD = '20260101t000130z';
const RUNS: readonly string[] = [FIRST, SECOND, THIRD];
/** In the order in which they were live: the roll back brought the second one back. */
const EPOCHS: Readonly<Record<string, number>> = { [FIRST]: 1, [SECOND]: 2, [THIRD]: 3 };
export const BACK = 4;

const BOUND_MS = 10_000;

const CUSTOMERS = 10;
export const segmentOf = (customer: string, run: string): string => `s:${customer}:${run}`;

/** Everybody is in a segment of their own, another one in each run. */
const truths = new Map(
  RUNS.map((run) => {
    const customers = Array.from({ length: CUSTOMERS }, (_, index) => `c${index}`);
    return [run, new Map(customers.map((customer) => [customer, segmentOf(customer, run)]))];
  }),
);
const truth: Truth = { of: (run) => truths.get(run) };

export function answer(at: number, run: string, changed: Partial<Answer> = {}): Answer {
  const customer = changed.customer ?? `c${at % CUSTOMERS}`;
  const found = foundOf(customer, run, EPOCHS[run] ?? 0);
  return { askedAt: at, answeredAt: at + 2, server: 'server-1', status: 200, found, ...changed, customer };
}

export function foundOf(customer: string, run: string, epoch: number, changed: Partial<Found> = {}): Found {
  const floor = epoch === BACK ? BACK : 0;
  const segments = segmentOf(customer, run);
  return { run, named: run, epoch, floor, isStale: false, known: true, segments, ...changed };
}

export const stranger = (customer: string, run: string, epoch: number): Found =>
  foundOf(customer, run, epoch, { known: false, segments: '' });

const unavailable = (at: number): Answer => {
  const asked = { askedAt: at, answeredAt: at + 1_000, server: 'server-1', customer: 'c1' };
  return { ...asked, status: 503, problem: 'store-unavailable' };
};

const served = (at: number, run: string, server = 'server-1'): Happening => ({
  what: 'served',
  server,
  run,
  askedAt: at - 1,
  at,
});

/**
 * In milliseconds: the second run is live at 45,000, c9 is erased at 50,000, server-1 dies at 60,000, the third run is
 * live at 90,000 and rolled back at 100,000.
 */
export function keptHistory(): { answers: Answer[]; happenings: Happening[]; truth: Truth } {
  const happenings: Happening[] = [
    { what: 'made', run: FIRST, turn: 0, at: 0 },
    { what: 'live', run: FIRST, epoch: 1, at: 500 },
    ...[1_000, 2_000, 3_000, 44_000].map((at) => served(at, FIRST)),
    { what: 'made', run: SECOND, turn: 1, at: 44_000 },
    { what: 'announced', run: SECOND, at: 44_100 },
    { what: 'live', run: SECOND, epoch: 2, at: 45_000 },
    ...[46_000, 49_000, 58_000].map((at) => served(at, SECOND)),
    { what: 'erasing', customer: 'c9', at: 49_500 },
    { what: 'erased', customer: 'c9', at: 50_000 },
    { what: 'changed', change: 'rollout-1', at: 51_000 },
    { what: 'ended', part: 'server-1', at: 60_000 },
    ...[64_000, 66_000, 88_000].map((at) => served(at, SECOND)),
    { what: 'compared', run: SECOND, equal: CUSTOMERS - 1, wrong: 0, at: 70_000 },
    { what: 'made', run: THIRD, turn: 2, at: 89_000 },
    { what: 'announced', run: THIRD, at: 89_100 },
    { what: 'live', run: THIRD, epoch: 3, at: 90_000 },
    ...[91_000, 93_000, 99_000].map((at) => served(at, THIRD)),
    { what: 'rolled back', withdrawn: THIRD, at: 100_000 },
    { what: 'live', run: SECOND, epoch: BACK, at: 100_100 },
    ...[104_000, 106_000, 130_000].map((at) => served(at, SECOND)),
    { what: 'looked up', change: 'rollout-1', isThere: true, at: 131_000 },
  ];
  const answers: Answer[] = [
    answer(1_500, FIRST),
    answer(2_500, FIRST),
    unavailable(2_600),
    answer(47_001, SECOND),
    // It was kept from before, and says so.
    answer(47_005, FIRST, { found: foundOf('c5', FIRST, 1, { isStale: true }) }),
    answer(59_000, SECOND, { customer: 'stranger', found: stranger('stranger', SECOND, 2) }),
    // Its process had kept the run before in its state directory.
    answer(61_000, FIRST),
    answer(65_000, SECOND),
    answer(70_000, SECOND, { customer: 'c9', found: stranger('c9', SECOND, 2) }),
    answer(92_000, THIRD),
    answer(104_000, THIRD),
    answer(115_003, SECOND, { found: foundOf('c3', SECOND, BACK) }),
    answer(118_009, SECOND, { customer: 'c9', found: stranger('c9', SECOND, BACK) }),
  ];
  return { answers, happenings, truth };
}

export type Kept = ReturnType<typeof keptHistory>;

/** Back in order, as it would have been recorded. */
export function inOrder({ answers, happenings, truth: known }: Kept): History {
  return {
    answers: answers.toSorted((one, other) => one.answeredAt - other.answeredAt),
    happenings: happenings.toSorted((one, other) => one.at - other.at),
    truth: known,
    boundMs: BOUND_MS,
  };
}
