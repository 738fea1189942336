/** What rules say of a customer: pure, and the same in every language; `rollout-vectors.json` has examples. */
import { BUCKETS, bucketOf } from '@segment-store/contract/bucket';
import type { CheckedExperiment, CheckedGate, CheckedRules, CheckedStage } from './rules.ts';

/** Where a customer is, as far as the application knows. */
export interface Place {
  /** Compared as it is written, capitals and all. */
  readonly city?: string | undefined;
  /** Compared as it is written, capitals and all. */
  readonly country?: string | undefined;
}

/** Each question has a seed of its own, so that no answer tells anything of another. */
const SEEDS = { gate: 0, holdOut: 15_485_863, percent: 32_452_843, variant: 86_028_157 };

export function isOpenFor({ salt, stages }: CheckedGate, customerId: string, place: Place): boolean {
  const buckets = Math.max(0, ...stages.filter((stage) => covers(stage, place)).map((stage) => stage.buckets));
  return buckets > 0 && bucketOf(salt, customerId, SEEDS.gate) < buckets;
}

function covers({ cities, countries }: CheckedStage, { city, country }: Place): boolean {
  return (cities === undefined || has(cities, city)) && (countries === undefined || has(countries, country));
}

const has = (places: ReadonlySet<string>, place: string | undefined): boolean =>
  place !== undefined && places.has(place);

/** `everywhere`: of every experiment. */
export type HeldOut = 'everywhere' | 'here';

export type Draw = { readonly heldOut: HeldOut } | { readonly variant: string };

/** Of a customer who is in the segment; undefined: outside the percent that takes part. */
export function drawFor(rules: CheckedRules, experiment: CheckedExperiment, customerId: string): Draw | undefined {
  const { salt, buckets, holdOutBuckets } = experiment;
  if (bucketOf(salt, customerId, SEEDS.percent) >= buckets) return undefined;
  if (bucketOf(rules.holdOut.salt, customerId, SEEDS.holdOut) < rules.holdOut.buckets) return { heldOut: 'everywhere' };
  if (bucketOf(salt, customerId, SEEDS.holdOut) < holdOutBuckets) return { heldOut: 'here' };
  return { variant: variantOf(experiment, bucketOf(salt, customerId, SEEDS.variant)) };
}

/** Variants share the buckets in their order, each by its weight; in whole numbers. */
function variantOf({ variants }: CheckedExperiment, bucket: number): string {
  const all = variants.reduce((sum, { weight }) => sum + weight, 0);
  let upTo = 0;
  const found = variants.find(({ weight }) => {
    upTo += weight;
    return bucket * all < upTo * BUCKETS;
  });
  return found?.name ?? ''; // the last bound is above every bucket
}
