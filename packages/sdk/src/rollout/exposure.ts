/** What became of a customer in an experiment, and what is told of it: never the id. */
import type { HeldOut } from './draw.ts';

/** Why a customer does not take part; `fallback`: the membership could not be found out. */
export type NoPart = 'no-such-experiment' | 'invalid-id' | 'outside-percent' | 'fallback' | 'not-a-member';

/** `variant` is set for those who are to be treated, and for nobody else. */
export type Assignment =
  | {
      readonly takesPart: true;
      readonly variant: string;
      readonly heldOut: undefined;
      /** That of the exposure: equal for equal customers of one experiment, under one `exposureKey`. */
      readonly exposureId: string;
    }
  | { readonly takesPart: true; readonly variant: undefined; readonly heldOut: HeldOut; readonly exposureId: string }
  | { readonly takesPart: false; readonly variant: undefined; readonly heldOut: undefined; readonly reason: NoPart };

/** One customer who takes part, each time `assign` says so; count an `exposureId` once. */
export interface Exposure {
  readonly experiment: string;
  readonly segment: string;
  readonly variant: string | undefined;
  readonly heldOut: HeldOut | undefined;
  readonly exposureId: string;
  readonly rulesVersion: string;
  /** In which the customer was a member. */
  readonly generation: string;
}
