/** Whoever asks. */
import type { Asked, Caller } from './asked.ts';
import type { Planned } from './planned.ts';
import type { Sample } from './sample.ts';

export interface Load {
  readonly phases: readonly Planned[];
  /** As many as the phases have requests. */
  readonly asked: readonly Asked[];
  /** Of the servers, without a slash at its end. */
  readonly url: string;
  readonly keys: Readonly<Record<Caller, string>>;
}

export interface Tool {
  /** Fetches or builds it where that is still to be done. @throws MissingTool */
  prepare(): Promise<void>;
  /** What became of each request, phase by phase, in the order in which they were sent. */
  ask(load: Load): Promise<readonly (readonly Sample[])[]>;
}

/** How long either waits for an answer. */
export const PATIENCE_SECONDS = 10;
