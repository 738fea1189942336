/** Whoever signs off, while a ladder is climbed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Shell } from '../drills/shell.ts';
import type { Rollouts } from './rollouts.ts';

export interface Person {
  /** What they are. */
  readonly who: string;
  readonly key: string;
}

/** As the keys file has them: two who decide. */
const OWNERS = { 'owner of the segments': 'segments-owner', 'owner of checkout': 'checkout-owner' };

/** Each with a key of their own, made as the README of the server says. */
export async function createPeople(shell: Shell): Promise<readonly Person[]> {
  const people: Person[] = [];
  for (const [who, name] of Object.entries(OWNERS)) {
    const { output } = await shell(`segment-server keys create ${name} --keys "$KEYS" --scopes read,publish`);
    const [key] = /seg_[\w-]+/.exec(output) ?? [];
    if (key === undefined) throw new Error(`no key for the ${who}: ${output}`);
    people.push({ who, key });
  }
  return people;
}

/** The third part of a key: what the log of a rollout calls whoever has it. */
export const idOf = (key: string): string => key.split('_')[2] ?? '';

export interface SigningOptions {
  readonly rollout: string;
  /** The command of the plan, as it stands there, for the rollout `segments`. */
  readonly command: string;
  readonly people: readonly Person[];
  /** Nobody signs off before what is open has been held so long. */
  readonly holdMs: number;
  readonly shell: Shell;
  readonly rollouts: Rollouts;
  onSignedOff(who: string, command: string, found: string): void;
}

const LOOK_MS = 1_000;

/** Until the signal: a stage that lacks sign-offs gets them, of a different person each. */
export async function signOffs(options: SigningOptions, signal: AbortSignal): Promise<void> {
  const { rollout, people, holdMs, rollouts } = options;
  const done = new Set<string>();
  while (!signal.aborted) {
    await delay(LOOK_MS, undefined, { signal });
    const { next, since } = await rollouts.read(rollout);
    if (next === undefined || Date.now() < Date.parse(since) + holdMs) continue;
    const willing = people.filter(({ who }) => !done.has(`${who} ${next.stage}`));
    for (const person of willing.slice(0, next.signOffsMissing)) {
      if (await signed(person, options)) done.add(`${person.who} ${next.stage}`);
    }
  }
}

async function signed({ who, key }: Person, { rollout, command, shell, onSignedOff }: SigningOptions) {
  const text = command.replace('step segments ', `step ${rollout} `);
  const { exitCode, output } = await shell(text, { SEGMENT_ROLLOUT_API_KEY: key });
  onSignedOff(who, text, output);
  return exitCode === 0;
}
