/** Objectives → promtool's tests: each burn alert fires, ends once nothing is bad any more, and stays away below its limit. */
import { limitOf } from './burn-rules.ts';
import { type Burn, type Objective, windowSeconds } from './objectives.ts';

interface InputSeries {
  readonly series: string;
  readonly values: string;
}

interface Expectation {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

export interface RuleTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly InputSeries[];
  readonly promql_expr_test: readonly Expectation[];
}

/** So many minutes, what is counted in each, and what of that is bad for an objective. */
interface Phase {
  readonly minutes: number;
  readonly all: number;
  bad(one: Burning): number;
}

/** Minutes in which things go wrong; no window sees more than that, so that all hold the same share. */
const WRONG = 20;
/** Until a rate over 5 minutes has forgotten. */
const FORGOTTEN = 10;
/** A minute. */
const BUSY = 600_000;
/** A minute of little traffic, in which a handful goes wrong. */
const QUIET = 60;

/** All objectives go wrong together: what costs time is how long a test lasts. */
export function burnTests(objectives: readonly Objective[]): readonly RuleTest[] {
  const burns = objectives.flatMap((objective) => objective.burns.map((burn) => ({ objective, burn })));
  return Object.values(Object.groupBy(burns, ({ burn }) => burn.long)).flatMap((together = []) => testsOf(together));
}

interface Burning {
  readonly objective: Objective;
  readonly burn: Burn;
}

function testsOf(together: readonly Burning[]): readonly RuleTest[] {
  const short = Math.max(...together.map(({ burn }) => windowSeconds[burn.short] / 60));
  const end = WRONG + short + FORGOTTEN;
  const well = (minutes: number, all: number): Phase => ({ minutes, all, bad: () => 0 });
  const wrongly = (times: number): Phase => ({
    minutes: WRONG,
    all: BUSY,
    bad: (one) => Math.round(Math.min(1, times * limitOf(one)) * BUSY),
  });
  const handful: Phase = { minutes: 1, all: QUIET, bad: ({ objective }) => objective.atLeast - 1 };
  const test = (what: string, phases: readonly Phase[], expected: Readonly<Record<number, boolean>>): RuleTest => ({
    name: `${together[0]?.burn.long}: ${what}`,
    interval: '1m',
    input_series: inputOf(together, phases),
    promql_expr_test: Object.entries(expected).flatMap(([minute, fires]) =>
      together.map((one) => expectation(one, { minute: Number(minute), fires })),
    ),
  });
  return [
    test('fires and recovers', [wrongly(1.5), well(end - WRONG, BUSY)], { [WRONG]: true, [end]: false }),
    test('does not fire below its limit', [wrongly(0.9)], { [WRONG]: false }),
    test('does not fire for a handful', [well(short, 1), handful, well(FORGOTTEN, 1)], { [short + 4]: false }),
  ];
}

interface Expected {
  readonly minute: number;
  readonly fires: boolean;
}

function expectation({ objective, burn }: Burning, { minute, fires }: Expected): Expectation {
  return {
    expr: `count(ALERTS{alertname="${objective.alert}",window="${burn.long}",alertstate="firing"})`,
    eval_time: `${2 * Math.ceil(minute / 2)}m`,
    exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
  };
}

const lookups = (what: string, labels: string): string =>
  `http_server_request_duration_seconds_${what}{route="/v1/customers/{customerId}/segments",${labels}}`;

/** How much of a minute is bad for which objective. */
type Bad = (objective: string) => number;

/** Every series, and what it counts of a minute in which `all` is asked. */
const SERIES: readonly (readonly [series: string, count: (all: number, bad: Bad) => number])[] = [
  [lookups('count', 'status="5xx"'), (_, bad) => bad('availability')],
  [lookups('count', 'status="2xx"'), (all, bad) => all - bad('availability')],
  [lookups('bucket', 'status="2xx",le="0.5"'), (all, bad) => all - bad('availability')],
  [lookups('bucket', 'status="2xx",le="0.05"'), (all, bad) => all - bad('availability') - bad('latency')],
  [lookups('bucket', 'status="2xx",le="0.0125"'), (all, bad) => all - bad('availability') - bad('latency_target')],
  ['segment_answers_total{freshness="stale"}', (_, bad) => bad('freshness')],
  ['segment_answers_total{freshness="current"}', (all, bad) => all - bad('freshness')],
  ['segment_canary_total{result="differs"}', (_, bad) => bad('correctness')],
  ['segment_canary_total{result="agrees"}', (all, bad) => all - bad('correctness')],
];

function inputOf(together: readonly Burning[], phases: readonly Phase[]): readonly InputSeries[] {
  const badIn = (phase: Phase): Bad => {
    const counts = new Map(together.map((one) => [one.objective.name, phase.bad(one)]));
    return (name) => counts.get(name) ?? 0;
  };
  return SERIES.map(([series, count]) => ({
    series,
    values: notation(phases.map((phase) => [phase.minutes, count(phase.all, badIn(phase))])),
  }));
}

/** A counter from 0 on, as promtool writes it: `0+5x3 15+0x2`. */
function notation(phases: readonly (readonly [minutes: number, aMinute: number])[]): string {
  let total = 0;
  const parts = phases.map(([minutes, aMinute], index) => {
    const [from, times] = index === 0 ? [0, minutes] : [total + aMinute, minutes - 1];
    total += aMinute * minutes;
    return `${from}+${aMinute}x${times}`;
  });
  return parts.join(' ');
}
