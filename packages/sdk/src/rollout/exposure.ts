/** What became of a customer in an experiment, and what is told of it: never the id. */
import type { HeldOut } from './draw.ts';

/** Why a customer does not take part; `fallback`: the membership could not be found out. */
export type NoPart = 'no-such-experiment' | 'invalid-id' | 'outside-percent' | 'fallback' | 'not-a-member';

/** `variant` is set for those who are to be treated, and for nobody else. */
export type Assignment =
  | {
      /** A member within the percents. */
      readonly takesPart: true;
      /** What the customer is to be treated with. */
      readonly variant: string;
      /** Not held out. */
      readonly heldOut: undefined;
      /** That of the exposure: equal for equal customers of one experiment, under one `exposureKey`. */
      readonly exposureId: string;
    }
  | {
      /** A member within the percents, left alone to compare with. */
      readonly takesPart: true;
      /** Nothing is to be done. */
      readonly variant: undefined;
      /** Of which experiments. */
      readonly heldOut: HeldOut;
      /** As of those who are treated. */
      readonly exposureId: string;
    }
  | {
      /** No exposure is told. */
      readonly takesPart: false;
      /** Nothing is to be done. */
      readonly variant: undefined;
      /** Not held out. */
      readonly heldOut: undefined;
      /** Why not. */
      readonly reason: NoPart;
    };

/** One customer who takes part, each time `assign` says so; count an `exposureId` once. */
export interface Exposure {
  /** Its name in the rules. */
  readonly experiment: string;
  /** Whose members take part. */
  readonly segment: string;
  /** Undefined for who is held out. */
  readonly variant: string | undefined;
  /** Undefined for who is treated. */
  readonly heldOut: HeldOut | undefined;
  /** A keyed hash of experiment and customer; the `Assignment` has the same. */
  readonly exposureId: string;
  /** `version` of the rules that said so. */
  readonly rulesVersion: string;
  /** In which the customer was a member. */
  readonly generation: string;
}
