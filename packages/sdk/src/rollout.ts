/** Gates by place and percent, and experiments over the members of a segment, from rules that are data. */
import { isCustomerId } from '@segment-store/contract/id';
import { systemTime } from '@segment-store/resilience/time';
import type { CallOptions } from './call-options.ts';
import { guarded } from './guarded.ts';
import { createPseudonym } from './pseudonym.ts';
import { drawFor, isOpenFor, type Place } from './rollout/draw.ts';
import type { Assignment, Exposure, NoPart } from './rollout/exposure.ts';
import { createFeed, type FeedStatus } from './rollout/feed.ts';
import { type RolloutOptions, resolveRolloutOptions } from './rollout/options.ts';
import { createServerRules, type ServerRulesOptions } from './rollout/server-rules.ts';

export type { HeldOut, Place } from './rollout/draw.ts';
export type { Assignment, Exposure, NoPart } from './rollout/exposure.ts';
export type { FeedStatus, RulesSource } from './rollout/feed.ts';
export type { RolloutOptions } from './rollout/options.ts';
export type { Experiment, Gate, HoldOut, RolloutRules, Stage, Variant } from './rollout/rules.ts';

export type { ServerRulesOptions } from './rollout/server-rules.ts';

/** The rules that count, how loading them went, and how `onExposure` does. */
export interface RolloutStatus extends FeedStatus {
  /** Calls of `onExposure`; after three failures in a row it is not called any more. */
  readonly exposures: {
    /** Calls that ended well. */
    readonly told: number;
    /** Calls that threw or rejected. */
    readonly failed: number;
  };
}

/** Gates and experiments of a client, by rules. */
export interface Rollout extends Disposable {
  /** Whether a gate is open for a customer in a place. Asks nobody; false where there are no rules. Never throws. */
  isOpen(gate: string, customerId: string, place?: Place): boolean;
  /** The customer's part in an experiment. Asks whether the customer is a member, within the client's deadline. Never rejects. */
  assign(experiment: string, customerId: string, options?: CallOptions): Promise<Assignment>;
  /** True as soon as there are rules, false after `timeoutMs` (default 2,000) without. Never rejects. */
  ready(options?: { readonly timeoutMs?: number | undefined }): Promise<boolean>;
  /** Which rules count, and why not others. Never throws. */
  status(): RolloutStatus;
  /** Ends the refreshing; the rules that count go on to. */
  close(): void;
}

const READY_MS = 2_000;

/**
 * For `rules`: asks a segment server that keeps rollouts, `GET /v1/rollout-rules`; while nothing has changed there, the answer
 * is a 304.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export const serverRules = (options: ServerRulesOptions): (() => Promise<unknown>) => createServerRules(options);

/**
 * Gates and experiments over `client`. Rules that are given count at once; a function that gives them is called now.
 * @throws TypeError for wrong options or rules, RangeError for a value out of range
 */
export function createRollout(options: RolloutOptions): Rollout {
  const { client, rules, refreshMs, onExposure, exposureKey } = resolveRolloutOptions(options);
  const feed = createFeed(rules, { refreshMs, time: systemTime, random: Math.random });
  const exposures = guarded<Exposure>(onExposure);
  const pseudonym = createPseudonym(exposureKey);

  function isOpen(name: string, customerId: string, place: Place = {}): boolean {
    const gate = feed.current()?.gates.get(name);
    return gate !== undefined && isCustomerId(customerId) && isOpenFor(gate, customerId, known(place));
  }

  async function assign(name: string, customerId: string, callOptions?: CallOptions): Promise<Assignment> {
    const current = feed.current();
    const experiment = current?.experiments.get(name);
    if (current === undefined || experiment === undefined) return noPart('no-such-experiment');
    if (!isCustomerId(customerId)) return noPart('invalid-id');
    const draw = drawFor(current, experiment, customerId);
    if (draw === undefined) return noPart('outside-percent');
    const { segment } = experiment;
    const membership = await client.checkMember(customerId, segment, callOptions);
    if (!membership.ok) return noPart('fallback');
    if (!membership.member) return noPart('not-a-member');
    const exposureId = pseudonym(`${name}:${customerId}`);
    const drawn = 'variant' in draw ? { ...draw, heldOut: undefined } : { ...draw, variant: undefined };
    const { generation } = membership;
    exposures.tell({ experiment: name, segment, ...drawn, exposureId, rulesVersion: current.version, generation });
    return { takesPart: true, ...drawn, exposureId };
  }

  return {
    isOpen,
    assign,
    ready: (readyOptions) => feed.loaded(readyOptions?.timeoutMs ?? READY_MS),
    status: () => ({ ...feed.status(), exposures: exposures.counts() }),
    close: feed.stop,
    [Symbol.dispose]: feed.stop,
  };
}

const noPart = (reason: NoPart): Assignment => ({ takesPart: false, variant: undefined, heldOut: undefined, reason });

/** Reading a place of the application's never throws: what cannot be read is not known. */
function known(place: Place): Place {
  try {
    const { city, country } = place;
    return { city, country };
  } catch {
    return {};
  }
}
