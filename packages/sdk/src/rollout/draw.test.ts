import { readFileSync } from 'node:fs';
import { bucketOf } from '@segment-store/contract/bucket';
import { expect, test } from 'vitest';
import { randomBelow } from '../../../../test/support/random.ts';
import { drawFor, isOpenFor, type Place } from './draw.ts';
import {
  type CheckedExperiment,
  type CheckedGate,
  type CheckedRules,
  checkRules,
  type Experiment,
  type Stage,
} from './rules.ts';

const vectors = JSON.parse(readFileSync(`${import.meta.dirname}/../../rollout-vectors.json`, 'utf8'));
const published = checkRules(vectors.rules);
const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('no such name in these rules');
  return value;
};

/** The file was written by a program in another language, from the description in the README. */
test('every published vector is what these rules say', () => {
  expect(vectors.gates.length + vectors.draws.length + vectors.buckets.length).toBeGreaterThan(200);
  for (const { salt, customer, seed, bucket } of vectors.buckets) expect(bucketOf(salt, customer, seed)).toBe(bucket);
  for (const { gate, customer, place, open } of vectors.gates) {
    expect(isOpenFor(found(published.gates.get(gate)), customer, place), `${gate} ${customer}`).toBe(open);
  }
  for (const { experiment, customer, draw } of vectors.draws) {
    const drawn = drawFor(published, found(published.experiments.get(experiment)), customer);
    expect(drawn ?? null, `${experiment} ${customer}`).toEqual(draw);
  }
});

const below = randomBelow(20260131);
const CITIES = ['Lyon', 'Paris', 'Berlin'];
const COUNTRIES = ['France', 'Germany'];

const randomStage = (): Stage => ({
  ...(below(2) ? { cities: CITIES.filter(() => below(2)) } : {}),
  ...(below(2) ? { countries: COUNTRIES.filter(() => below(2)) } : {}),
  percent: below(10_001) / 100,
});
const randomPlace = (): Place => ({ city: CITIES[below(4)], country: COUNTRIES[below(3)] });
/** The same, opened further in one of the ways there are. */
const widened = (stage: Stage): Stage => ({
  cities: below(2) ? stage.cities && [...stage.cities, 'Paris'] : undefined,
  countries: below(2) ? stage.countries && [...stage.countries, 'Germany'] : undefined,
  percent: Math.round(stage.percent * 100 + below(10_001 - Math.round(stage.percent * 100))) / 100,
});

function gateOf(stages: readonly Stage[]): CheckedGate {
  return found(checkRules({ version: '1', gates: { g: { stages } } }).gates.get('g'));
}

test('growing a percent, adding a place or a stage closes a gate for nobody', () => {
  let opened = 0;
  for (let round = 0; round < 1_000; round += 1) {
    const stages = Array.from({ length: 1 + below(3) }, randomStage);
    const [before, after] = [gateOf(stages), gateOf([...stages.map(widened), randomStage()])];
    for (let visit = 0; visit < 20; visit += 1) {
      const [customer, place] = [`c${below(1_000_000)}`, randomPlace()];
      const was = isOpenFor(before, customer, place);
      if (was) expect(isOpenFor(after, customer, place)).toBe(true);
      else if (isOpenFor(after, customer, place)) opened += 1;
    }
  }
  expect(opened).toBeGreaterThan(500);
});

const IDS = Array.from({ length: 20_000 }, (_, index) => `customer-${index}`);
/** What chance exceeds once in 1,000, by degrees of freedom. */
const CRITICAL: Readonly<Record<number, number>> = { 1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 9: 27.88 };

function goodnessOf(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, index) => sum + (count - (expected[index] ?? 0)) ** 2 / (expected[index] ?? 0), 0);
}

function experimentOf(
  experiment: Partial<Experiment>,
  holdOut = 0,
): { rules: CheckedRules; experiment: CheckedExperiment } {
  const variants = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
  ];
  const rules = checkRules({
    version: '1',
    holdOut: { percent: holdOut },
    experiments: { e: { segment: 's', variants, ...experiment } },
  });
  return { rules, experiment: found(rules.experiments.get('e')) };
}

const partOf = ({ rules, experiment }: ReturnType<typeof experimentOf>, id: string): string => {
  const draw = drawFor(rules, experiment, id);
  if (draw === undefined) return 'outside';
  return 'variant' in draw ? draw.variant : draw.heldOut;
};

test.each([[[1, 1]], [[1, 9]], [[1, 1, 1]], [[50, 30, 15, 5]]])(
  'weights %j are the ratio of the samples',
  (weights) => {
    const variants = weights.map((weight, index) => ({ name: `v${index}`, weight }));
    const drawn = experimentOf({ variants });
    const drawnParts = IDS.map((id) => partOf(drawn, id));
    const counts = weights.map((_, index) => drawnParts.filter((part) => part === `v${index}`).length);
    const sum = weights.reduce((all, weight) => all + weight);
    const expected = weights.map((weight) => (IDS.length * weight) / sum);
    expect(goodnessOf(counts, expected)).toBeLessThan(CRITICAL[weights.length - 1] ?? 0);
  },
);

test('hold-outs take their percent, and leave the ratio of the variants as it is', () => {
  const drawn = experimentOf({ holdOut: 10, percent: 40 }, 5);
  const drawnParts = IDS.map((id) => partOf(drawn, id));
  const counts = ['outside', 'everywhere', 'here', 'a', 'b'].map(
    (part) => drawnParts.filter((is) => is === part).length,
  );
  const parts = [0.6, 0.4 * 0.05, 0.4 * 0.95 * 0.1, 0.4 * 0.95 * 0.45, 0.4 * 0.95 * 0.45];
  expect(
    goodnessOf(
      counts,
      parts.map((part) => part * IDS.length),
    ),
  ).toBeLessThan(CRITICAL[4] ?? 0);
});

test('while the percent grows nobody leaves, and nobody changes the variant', () => {
  const stages = [1, 10, 50, 100].map((percent) => experimentOf({ percent, holdOut: 10 }));
  for (const id of IDS.slice(0, 5_000)) {
    const parts = stages.map((stage) => partOf(stage, id));
    const joined = parts.filter((part) => part !== 'outside');
    expect(new Set(joined).size).toBeLessThanOrEqual(1);
    expect(parts.slice(parts.length - joined.length)).toEqual(joined);
  }
});

/** Of a 2 × 2 table of yes and no to two questions: 1 degree of freedom. */
function dependence(first: (id: string) => boolean, second: (id: string) => boolean): number {
  const cells = [0, 0, 0, 0];
  for (const id of IDS) {
    const cell = (first(id) ? 2 : 0) + (second(id) ? 1 : 0);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const [nn = 0, ny = 0, yn = 0, yy = 0] = cells;
  return (IDS.length * (nn * yy - ny * yn) ** 2) / ((nn + ny) * (yn + yy) * (nn + yn) * (ny + yy));
}

const half = (salt: string) => {
  const gate = found(checkRules({ version: '1', gates: { g: { salt, stages: [{ percent: 50 }] } } }).gates.get('g'));
  return (id: string) => isOpenFor(gate, id, {});
};
const isA = (salt: string) => {
  const drawn = experimentOf({ salt });
  return (id: string) => partOf(drawn, id) === 'a';
};
const isHeldOut = (salt: string) => {
  const drawn = experimentOf({ salt, holdOut: 20 });
  return (id: string) => partOf(drawn, id) === 'here';
};

test.each([
  ['gates of two salts', half('one'), half('two')],
  ['variants of two salts', isA('one'), isA('two')],
  ['a gate and the variants of the same salt', half('one'), isA('one')],
  ['hold-outs of two salts', isHeldOut('one'), isHeldOut('two')],
  ['a gate and a hold-out of the same salt', half('one'), isHeldOut('one')],
])('%s know nothing of each other', (_, first, second) => {
  expect(dependence(first, second)).toBeLessThan(CRITICAL[1] ?? 0);
  expect(dependence(first, first)).toBeGreaterThan(5_000); // what dependence looks like
});
