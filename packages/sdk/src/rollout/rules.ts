/** Rules of gates and experiments: data, checked before any of it counts. */
import { isSegmentId } from '@segment-store/contract/id';
import { unfit } from '../option.ts';

/** Where something is open; and among whom, for how many, which variants are compared. */
export interface RolloutRules {
  /** Told with every exposure. */
  readonly version: string;
  /** By name; without a colon, like salts. */
  readonly gates?: Readonly<Record<string, Gate>> | undefined;
  /** By name; without a colon, like salts. */
  readonly experiments?: Readonly<Record<string, Experiment>> | undefined;
  /** Customers held out of every experiment. */
  readonly holdOut?: HoldOut | undefined;
}

/** What is open for some customers and closed for the rest. */
export interface Gate {
  /** Default: the name of the gate. Another one draws other customers. */
  readonly salt?: string | undefined;
  /** Open for whom any stage opens it: a stage that is added, or a percent that grows, closes it for nobody. */
  readonly stages: readonly Stage[];
}

/** Opens for a part of the customers in a place: cities, countries, both, or everywhere. */
export interface Stage {
  /** Default: every city. */
  readonly cities?: readonly string[] | undefined;
  /** Default: every country. */
  readonly countries?: readonly string[] | undefined;
  /** 0–100, at most two decimals. */
  readonly percent: number;
}

/** Customers who are left alone. */
export interface HoldOut {
  /** 0–100, at most two decimals. */
  readonly percent: number;
  /** Default `hold-out`. */
  readonly salt?: string | undefined;
}

/** Variants compared among the members of a segment. */
export interface Experiment {
  /** Its members take part. */
  readonly segment: string;
  /** Default: the name of the experiment. */
  readonly salt?: string | undefined;
  /** Of the members, who take part; it may grow without anybody changing the variant. Default 100. */
  readonly percent?: number | undefined;
  /** Of those who take part, who are left alone. Default 0. */
  readonly holdOut?: number | undefined;
  /** At least one with a weight above 0. */
  readonly variants: readonly Variant[];
}

/** One of the treatments compared. */
export interface Variant {
  /** Unlike the others'. */
  readonly name: string;
  /** A whole number: its part of the sum of all weights. */
  readonly weight: number;
}

/** Checked: percents are counts of buckets, defaults filled in. */
export interface CheckedRules {
  readonly version: string;
  readonly gates: ReadonlyMap<string, CheckedGate>;
  readonly experiments: ReadonlyMap<string, CheckedExperiment>;
  readonly holdOut: { readonly salt: string; readonly buckets: number };
}

export interface CheckedGate {
  readonly salt: string;
  readonly stages: readonly CheckedStage[];
}

export interface CheckedStage {
  /** Undefined: everywhere. */
  readonly cities: ReadonlySet<string> | undefined;
  readonly countries: ReadonlySet<string> | undefined;
  readonly buckets: number;
}

export interface CheckedExperiment {
  readonly segment: string;
  readonly salt: string;
  readonly buckets: number;
  readonly holdOutBuckets: number;
  /** Sum above 0. */
  readonly variants: readonly Variant[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const HOLD_OUT_SALT = 'hold-out';

/** @throws TypeError naming the place, the value and the way out; unknown keys are left alone, for rules of later versions */
export function checkRules(rules: unknown): CheckedRules {
  const { version, gates = {}, experiments = {}, holdOut = { percent: 0 } } = fields('rules', rules);
  if (typeof version !== 'string' || version === '')
    throw unfit('rules.version', version, 'give a text that names them');
  const { percent, salt = HOLD_OUT_SALT } = fields('rules.holdOut', holdOut);
  return Object.freeze({
    version,
    gates: named('rules.gates', gates, checkGate),
    experiments: named('rules.experiments', experiments, checkExperiment),
    holdOut: { salt: name('rules.holdOut.salt', salt), buckets: bucketsOf('rules.holdOut.percent', percent) },
  });
}

function checkGate(at: string, key: string, gate: unknown): CheckedGate {
  const { salt = key, stages } = fields(at, gate);
  return {
    salt: name(`${at}.salt`, salt),
    stages: list(`${at}.stages`, stages).map((stage, index) => checkStage(`${at}.stages[${index}]`, stage)),
  };
}

function checkStage(at: string, stage: unknown): CheckedStage {
  const { cities, countries, percent } = fields(at, stage);
  return {
    cities: places(`${at}.cities`, cities),
    countries: places(`${at}.countries`, countries),
    buckets: bucketsOf(`${at}.percent`, percent),
  };
}

function checkExperiment(at: string, key: string, experiment: unknown): CheckedExperiment {
  const { segment, salt = key, percent = 100, holdOut = 0, variants } = fields(at, experiment);
  if (!isSegmentId(segment)) throw unfit(`${at}.segment`, segment, 'give a segment id, as in "recurrent:store:17"');
  const checked = list(`${at}.variants`, variants).map((variant, index) =>
    checkVariant(`${at}.variants[${index}]`, variant),
  );
  if (checked.every(({ weight }) => weight === 0))
    throw unfit(`${at}.variants`, variants, 'give at least one a weight above 0');
  const names = checked.map((variant) => variant.name);
  const twice = names.find((variant, index) => names.indexOf(variant) < index);
  if (twice !== undefined) throw unfit(`${at}.variants`, twice, 'give each variant a name of its own');
  return {
    segment,
    salt: name(`${at}.salt`, salt),
    buckets: bucketsOf(`${at}.percent`, percent),
    holdOutBuckets: bucketsOf(`${at}.holdOut`, holdOut),
    variants: checked,
  };
}

function checkVariant(at: string, variant: unknown): Variant {
  const { name: given, weight } = fields(at, variant);
  if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0 || weight > 1_000_000) {
    throw unfit(`${at}.weight`, weight, 'give a whole number from 0 to 1000000');
  }
  return { name: name(`${at}.name`, given), weight };
}

type Fields = Readonly<Record<string, unknown>>;

function fields(at: string, value: unknown): Fields {
  if (isFields(value)) return value;
  throw unfit(at, value, 'give an object');
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function list(at: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unfit(at, value, 'give a list');
}

function named<T>(
  at: string,
  value: unknown,
  check: (at: string, key: string, value: unknown) => T,
): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(fields(at, value)).map(([key, entry]) => [
      name(`a name in ${at}`, key),
      check(`${at}["${key}"]`, key, entry),
    ]),
  );
}

function name(at: string, value: unknown): string {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw unfit(at, value, 'give a letter or digit, then at most 63 of A-Z a-z 0-9 . _ -');
}

function places(at: string, value: unknown): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const given = list(at, value).map((place, index) => {
    if (typeof place === 'string') return place;
    throw unfit(`${at}[${index}]`, place, 'give the name of a place');
  });
  return new Set(given);
}

/** Hundredths of a percent: numbers that every language compares alike. */
function bucketsOf(at: string, value: unknown): number {
  const buckets = typeof value === 'number' ? Math.round(value * 100) : Number.NaN;
  if (buckets >= 0 && buckets <= 10_000 && Math.abs(buckets - Number(value) * 100) < 1e-6) return buckets;
  throw unfit(at, value, 'give a number from 0 to 100 with at most two decimals');
}
