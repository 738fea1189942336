/** What a rollout can be told. */
import { type Bounds, numberIn, refuseOthers, secretIn, unfit } from '../option.ts';
import type { SegmentClient } from '../reading-client.ts';
import type { Exposure } from './exposure.ts';
import type { RulesSource } from './feed.ts';

/** What a rollout is told; `client` and `rules` are required. */
export interface RolloutOptions {
  /** Says who is in the segment of an experiment. */
  readonly client: Pick<SegmentClient, 'checkMember'>;
  /** Rules, or a function that gives them or a promise of them, which is called now and every `refreshMs`. */
  readonly rules: RulesSource;
  /** Milliseconds between two calls of `rules`, ±10 %. Default 60,000. */
  readonly refreshMs?: number | undefined;
  /** Told of every customer who takes part, held out or not, after `assign` has answered. */
  readonly onExposure?: ((exposure: Exposure) => unknown) | undefined;
  /** Secret of the hash that `exposureId` is. Default: one that ends with this process. */
  readonly exposureKey?: string | undefined;
}

export type ResolvedRolloutOptions = Omit<RolloutOptions, 'refreshMs'> & { readonly refreshMs: number };

const REFRESH_MS: Bounds = { default: 60_000, min: 1_000, max: 86_400_000 };
const NAMES = ['client', 'rules', 'refreshMs', 'onExposure', 'exposureKey'];

/** @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range */
export function resolveRolloutOptions(options: RolloutOptions): ResolvedRolloutOptions {
  refuseOthers('createRollout', options, NAMES, '{ client, rules }');
  const { client, rules, onExposure } = options;
  if (typeof client?.checkMember !== 'function')
    throw unfit('client', client, 'give what createSegmentClient returned');
  if (onExposure !== undefined && typeof onExposure !== 'function') {
    throw unfit('onExposure', onExposure, 'give a function');
  }
  const exposureKey = secretIn('exposureKey', options.exposureKey);
  const refreshMs = numberIn('refreshMs', options.refreshMs, REFRESH_MS);
  return Object.freeze({ client, rules, onExposure, exposureKey, refreshMs });
}
