/** Something that is done to the system, and what whoever asks may notice of it. */
import { DEADLINE_MS } from './asking.ts';
import type { Scene } from './scene.ts';

export interface Fault {
  readonly name: string;
  readonly does: string;
  /** What is promised meanwhile and afterwards. */
  readonly promises: string;
  /**
   * How answers may end besides 200, whoever is asked about, as `outcomes.ts` names it: within the bounds anybody may be
   * told that a server is overloaded, and whoever it has not seen that the store is unavailable.
   */
  readonly noticed?: readonly string[];
  readonly bounds?: Partial<Bounds>;
  /** Servers may not hear of publishes, roll backs and erasures until it is over. */
  readonly hides?: true;
  /** The newest run that was announced until its end must be live before it is over. */
  readonly announces?: true;
  /** Every line of the live run is compared afterwards. */
  readonly kills?: true;
  /** Default 6. */
  readonly seconds?: number;
  /** Resolves to how it is ended. */
  begin(scene: Scene): Promise<() => Promise<unknown>>;
  /** Besides that all is well again. */
  isOver?(scene: Scene, since: Date): Promise<boolean>;
}

/** How much callers may notice. */
export interface Bounds {
  /** Share of questions that do not end with a 200 in time. Default 0.01. */
  readonly failing: number;
  /** Until the last answer. Default: until the deadline of whoever asks. */
  readonly worstMs: number;
  /** From the end of the fault. Default 10. */
  readonly wellWithinSeconds: number;
}

export const boundsOf = ({ bounds }: Pick<Fault, 'bounds'>): Bounds => ({
  failing: 0.01,
  worstMs: DEADLINE_MS,
  wellWithinSeconds: 10,
  ...bounds,
});
