/** How long things take: as the ladder says, or in a rehearsal. */

import { duration } from '@segment-store/cli/quantity';
import type { components } from '@segment-store/contract/api.generated';

type Schemas = components['schemas'];

export interface Pace {
  holdMs(stage: Schemas['LadderStage']): number;
  everyMs(analysis: Schemas['Analysis'] | undefined): number;
  /** Of a duration, for people. */
  shown(stage: Schemas['LadderStage']): string;
  /** Behind what is written into the log. */
  readonly remark: string;
}

const EVERY = 'PT60S';
const msOf = duration({ description: '', fallback: '0' }).parse;

export const asWritten: Pace = {
  holdMs: ({ hold }) => msOf(hold),
  everyMs: (analysis) => msOf(analysis?.every ?? EVERY),
  shown: ({ hold }) => hold,
  remark: '',
};

/** Looks at a stage this often while it is held. */
const LOOKS = 6;

/** Every stage is held for `ms` at most. */
export const rehearsed = (ms: number): Pace => ({
  holdMs: (stage) => Math.min(ms, asWritten.holdMs(stage)),
  everyMs: (analysis) => Math.min(Math.max(100, ms / LOOKS), asWritten.everyMs(analysis)),
  shown: ({ hold }) => `${ms / 1_000} s, a rehearsal: in earnest it is ${hold}`,
  remark: ` (rehearsal: stages are held for ${ms / 1_000} s)`,
});
