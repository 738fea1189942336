/** Whoever signs off, while a ladder is climbed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment, Shell } from '../drills/shell.ts';
import type { Rollouts } from './rollouts.ts';

export interface PeopleOptions {
  readonly rollout: string;
  /** The command of the plan, as it stands there, for the rollout `segments`. */
  readonly command: string;
  /** A key of each of them. */
  readonly keys: readonly string[];
  readonly shell: Shell;
  readonly rollouts: Rollouts;
  onSignedOff(stage: string): void;
}

const LOOK_MS = 2_000;

/** Until the signal: each signs off a stage that waits for it, once. */
export async function signOffs(options: PeopleOptions, signal: AbortSignal): Promise<void> {
  const { rollout, command, keys, shell, rollouts, onSignedOff } = options;
  const text = command.replace('step segments ', `step ${rollout} `);
  const done = new Set<string>();
  while (!signal.aborted) {
    const { next } = await rollouts.read(rollout);
    for (const key of next !== undefined && next.signOffsMissing > 0 ? keys : []) {
      const who = `${key} ${next?.stage}`;
      const environment: Environment = { SEGMENT_ROLLOUT_API_KEY: key };
      // Whoever comes when enough have signed off is refused nothing: the server counts each once.
      if (done.has(who) || (await shell(text, environment)).exitCode !== 0) continue;
      done.add(who);
      onSignedOff(next?.stage ?? '');
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => 'it is over');
  }
}
