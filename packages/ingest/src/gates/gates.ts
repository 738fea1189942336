/** Every gate, in the order a refusal names them. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Canary } from '../canaries.ts';
import { canaries } from './canaries.ts';
import { mapping, shards } from './condition.ts';
import { counts } from './counts.ts';
import { drift } from './drift.ts';
import { empty } from './empty.ts';
import type { Gate } from './gate.ts';
import { manifestGate } from './manifest.ts';
import { type PartLimits, parts } from './parts.ts';
import { type ReadbackTerms, readback } from './readback.ts';
import { type RejectedLimits, rejected } from './rejected.ts';
import { type SegmentDriftLimits, segmentDrift } from './segment-drift.ts';
import { type SegmentLossLimits, segmentSizes } from './segment-sizes.ts';
import { unlistedSegments } from './unlisted-segments.ts';
import { vanishedSegments } from './vanished-segments.ts';

/** What can be known before a line is written. */
export interface EarlyLimits extends RejectedLimits, PartLimits, SegmentDriftLimits {
  readonly maxDrift: number;
  readonly maxVanishedSegments: number;
}

export type GateLimits = EarlyLimits & SegmentLossLimits & Pick<ReadbackTerms, 'readbackLines' | 'readbackParts'>;

export interface GateTerms extends Pick<ReadbackTerms, 'lines' | 'known' | 'random'> {
  readonly limits: GateLimits;
  /** As the producer wrote them: of those, a share may be bad. */
  readonly sourceParts: number;
  readonly canaries: readonly Canary[];
}

/** Gates that a plan can ask, too: they need sizes and shares only. */
export const earlyGates = (limits: EarlyLimits, sourceParts: number): readonly Gate[] => [
  empty,
  rejected(limits),
  parts(limits, sourceParts),
  drift(limits),
  segmentDrift(limits),
  vanishedSegments(limits),
];

export const everyGate = (
  manifest: Manifest,
  { limits, sourceParts, canaries: known, ...terms }: GateTerms,
): readonly Gate[] => [
  manifestGate(manifest),
  ...earlyGates(limits, sourceParts),
  ...counts(manifest),
  segmentSizes(limits),
  unlistedSegments,
  mapping,
  shards,
  readback({ ...limits, ...terms }),
  canaries(known),
];
