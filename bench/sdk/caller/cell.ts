/** One contender through one fault. */
import { startCaller, WAIT_MS } from './caller.ts';
import { BUDGET_MS, type Contender } from './contenders.ts';
import { type FaultName, faults, openArena } from './faults.ts';
import type { Called } from './open-loop.ts';
import { isCold, type Window } from './schedule.ts';

/** What settles later is of no use to a caller with the budget. */
const GRACE_MS = 10;

export interface Cell {
  /** Milliseconds, those still open as infinite. */
  readonly warm: readonly number[];
  readonly cold: readonly number[];
  /** Calls by what they got in time. */
  readonly got: Readonly<Record<Called['got'], number>>;
  readonly coldGot: Readonly<Record<Called['got'], number>>;
  /** That reached the service. */
  readonly requests: number;
  readonly lagMs: number;
}

export async function measureCell(contender: Contender, fault: FaultName, window: Window): Promise<Cell> {
  process.stderr.write(`  ${fault}: ${contender} …\n`);
  await using arena = await openArena();
  using caller = await startCaller({ contender, url: arena.url });
  const before = await arena.service.requests();
  const begun = faults[fault](arena);
  const { called, lagMs } = await caller.call(window);
  await begun;
  const requests = (await arena.service.requests()) - (fault === 'restart' ? 0 : before);
  const cold = called.filter((_, call) => isCold(call, window));
  const warm = called.filter((_, call) => !isCold(call, window));
  const ms = (calls: readonly Called[]) => calls.map((one) => one.ms ?? Number.POSITIVE_INFINITY);
  return { warm: ms(warm), cold: ms(cold), got: gotIn(called), coldGot: gotIn(cold), requests, lagMs };
}

/** One still open was waited for at least so long. */
export const atLeast = (ms: number): number => (Number.isFinite(ms) ? ms : WAIT_MS);

function gotIn(called: readonly Called[]): Cell['got'] {
  const got = { fresh: 0, stale: 0, fallback: 0, nothing: 0 };
  for (const one of called) got[one.ms !== null && one.ms <= BUDGET_MS + GRACE_MS ? one.got : 'nothing'] += 1;
  return got;
}
