/** What a caller with 150 ms to spend experiences, with ours and with what people write instead, through six faults. */
import { percentile } from '../percentile.ts';
import { ofRounds, type Row, type toRow } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { atLeast, type Cell, measureCell } from './caller/cell.ts';
import { type Contender, contenders } from './caller/contenders.ts';
import type { FaultName } from './caller/faults.ts';
import { figure, type Measured, sum } from './caller/figure.ts';
import { scale, secondsOf } from './caller/scale.ts';

const FAULTS: readonly FaultName[] = ['healthy', 'slow', 'errors-50', 'errors-100', 'blackhole', 'restart'];
const WITH_ROWS: readonly FaultName[] = ['errors-50', 'errors-100', 'blackhole'];
const names = Object.keys(contenders).filter((name): name is Contender => name in contenders);

const measured: Measured[] = [];
for (const fault of FAULTS) measured.push(...(await through(fault)));
report(goodput(), outage(), { ...blackhole(), lines: figure(measured) });

/** There and back, so that a drift of the machine falls on all alike. */
async function through(fault: FaultName): Promise<readonly Measured[]> {
  const cells = new Map<Contender, Cell[]>(names.map((name) => [name, []]));
  const rounds = WITH_ROWS.includes(fault) ? scale.rounds : 1;
  for (let round = 0; round < rounds; round += 1) {
    const window = { perSecond: scale.perSecond, seconds: secondsOf(fault) };
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      await attempt(
        `${fault}: ${name}`,
        async () => void cells.get(name)?.push(await measureCell(name, fault, window)),
      );
    }
  }
  return names.map((contender) => ({ fault, contender, rounds: cells.get(contender) ?? [] }));
}

function roundsOf(fault: FaultName, contender: Contender): readonly Cell[] {
  return measured.find((one) => one.fault === fault && one.contender === contender)?.rounds ?? [];
}

/** Round by round, so that both were measured close to each other. */
function compared(
  contest: Parameters<typeof toRow>[0],
  [own, its]: readonly [readonly number[], readonly number[]],
): Row {
  return ofRounds(
    contest,
    own.map((value, round) => ({ value, baseline: its[round] ?? Number.NaN })),
  );
}

/** Stale answers count as useful: the caller can go on with them. Fallbacks do not. */
function goodput(): Row {
  const useful = (got: Cell['got']) => got.fresh + got.stale;
  const [own, its] = [roundsOf('errors-50', 'ours'), roundsOf('errors-50', 'fetch')];
  const perSecond = (cells: readonly Cell[]) => cells.map(({ got }) => useful(got) / scale.seconds);
  const cold = (cells: readonly Cell[]) =>
    sum(cells, ({ coldGot }) => useful(coldGot)) / sum(cells, (cell) => cell.cold.length);
  const contest = { name: 'goodput-at-50-vs-fetch', unit: 'useful answers/s', goal: 1, better: 'higher' } as const;
  const row = compared(contest, [perSecond(own), perSecond(its)]);
  return { ...row, beside: { coldUseful: cold(own), coldUsefulFetch: cold(its), coldRatio: cold(own) / cold(its) } };
}

function outage(): Row {
  const perCall = (contender: Contender) =>
    roundsOf('errors-100', contender).map(({ requests, warm, cold }) => requests / (warm.length + cold.length));
  return compared({ name: 'requests-in-outage', unit: 'requests/call', goal: 1.1 }, [
    perCall('ours'),
    perCall('fetch'),
  ]);
}

function blackhole(): Row {
  const p99 = (contender: Contender) =>
    roundsOf('blackhole', contender).map(({ warm, cold }) => atLeast(percentile([...warm, ...cold], 0.99)));
  const contest = { name: 'caller-p99-vs-cockatiel-blackhole', unit: 'ms', goal: 1 };
  return compared(contest, [p99('ours'), p99('cockatiel')]);
}
