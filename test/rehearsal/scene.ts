/** What a rehearsal stands on: a stack with two runs, a shell, a service that asks, people with keys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@segment-store/services/process';
import { customersOf } from '@segment-store/stack/customers';
import type { Stack } from '@segment-store/stack/stack';
import { createFigures } from '../drills/figures.ts';
import { type Observing, observing } from '../drills/observing.ts';
import { type Environment, openShell, type Shell } from '../drills/shell.ts';
import { BEGINNING, figuresAnew, secondRun, warmed } from './beginning.ts';
import { type Candidate, startCandidate } from './candidate.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import { environmentOf } from './environment.ts';
import type { Log } from './log.ts';
import { createPeople, type Person } from './people.ts';
import { readPlan, type Step } from './plan.ts';
import { type Rollouts, rolloutsAt } from './rollouts.ts';
import { type Replacements, replacementsOf } from './shown.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface RehearsalOptions {
  readonly stack: Stack;
  readonly log: Log;
  /** Every stage is held this long at most. */
  readonly holdMs: number;
  readonly signal: AbortSignal;
  /** Hears what is to be hidden in the log, once it is known. */
  hide(replacements: Replacements): void;
}

export interface Scene {
  readonly log: Log;
  readonly seeing: Observing;
  readonly shell: Shell;
  readonly checkout: Checkout;
  readonly candidate: Candidate;
  readonly rollouts: Rollouts;
  readonly plan: readonly Step[];
  /** Who sign off. */
  readonly people: readonly Person[];
  /** Of whoever runs commands. */
  readonly onCallKey: string;
  readonly environment: Environment;
  readonly customer: string;
  readonly holdMs: number;
}

/** Longer than a ladder of four stages, each with sign-offs and looks. */
const LADDER_MS = 1_200_000;
const EXPERIMENT = 'win-back';

export async function openScene(options: RehearsalOptions): Promise<Scene & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  opening.defer(() => rm(scratch, { recursive: true, force: true }));
  const scene = await opened(options, { scratch, opening });
  const held = opening.move();
  return { ...scene, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

interface Opening {
  readonly scratch: string;
  readonly opening: AsyncDisposableStack;
}

async function opened(options: RehearsalOptions, { scratch, opening }: Opening): Promise<Scene> {
  const { stack, log, holdMs, signal } = options;
  const facts = await stack.facts();
  options.hide(replacementsOf(facts, scratch));
  const shell = await openShell(facts, join(scratch, 'bin'), { longestMs: LADDER_MS, signal });
  const run = await unlessAborted(signal, secondRun(stack, shell, log));
  const candidate = opening.use(await startCandidate(facts, scratch));
  options.hide([[candidate.url, 'http://candidate'], ...replacementsOf(facts, scratch)]);
  log.note({ section: BEGINNING, who: 'candidate', what: 'a third server answers, of the same run' });
  const old = facts.parts['server-1']?.url ?? '';
  const { customers, segment } = await unlessAborted(signal, customersOf([old], facts.keys.operator));
  const mirror = `127.0.0.1:${await freePort()}`;
  const environment = await environmentOf(facts, { scratch, run, segment, holdMs, mirror, candidate: candidate.url });
  const files = { exposures: environment.EXPOSURES ?? '', outcomes: environment.OUTCOMES ?? '' };
  const asking = { old, candidate: candidate.url, apiKey: facts.keys.checkout, customers, experiment: EXPERIMENT };
  const figures = opening.use(await createFigures(facts));
  const checkout = opening.use(await openCheckout({ ...asking, ...files, mirror: `http://${mirror}` }));
  await warmed([old, environment.OLD_TOO ?? '', candidate.url], customers, facts.keys.operator);
  await figuresAnew(stack, log);
  await figures.tell('segment-client', checkout.figures);
  return {
    ...{ log, shell, checkout, environment, candidate, plan: await readPlan(), people: await createPeople(shell) },
    ...{ seeing: observing(facts), rollouts: rolloutsAt(old, facts.keys.operator), onCallKey: facts.keys.operator },
    ...{ customer: customers[0] ?? '', holdMs },
  };
}
