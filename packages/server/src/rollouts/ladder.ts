/** A rollout: which stages of its ladder are open, and what may become of it. */
import type { components } from '@segment-store/contract/api.generated';
import { conflict } from '../errors.ts';

type Schemas = components['schemas'];
export type Ladder = Schemas['Ladder'];
export type Step = Schemas['RolloutStep'];

/** As it is kept. */
export interface Climb {
  readonly ladder: Ladder;
  readonly state: Schemas['Rollout']['state'];
  /** How many stages are open, from the first. */
  readonly open: number;
  /** When `state` or `open` last changed; ISO 8601. */
  readonly since: string;
  /** With `halted`. */
  readonly why?: string | undefined;
  /** Who agreed that the next stage opens; each once. */
  readonly signedOffBy: readonly string[];
}

export interface Moment {
  readonly by: string;
  readonly at: Date;
}

/** @throws ProblemError 409 where the ladder would change what is open */
export function rewritten(before: Climb | undefined, ladder: Ladder, { at }: Moment): Climb {
  expectDistinct('stages', ladder.stages);
  if (before === undefined) return { ladder, state: 'planned', open: 0, since: at.toISOString(), signedOffBy: [] };
  if (opened(before.ladder, before.open) === opened(ladder, before.open)) return { ...before, ladder, signedOffBy: [] };
  const stage = before.ladder.stages[before.open - 1]?.name;
  throw conflict(
    `stages up to ${stage} are open and keep name, places, percent and salt: roll back first, or add a stage`,
  );
}

/** What decides for whom it is open. */
function opened({ salt, stages }: Ladder, open: number): string {
  if (open === 0) return '';
  const rules = stages.slice(0, open).map(({ name, cities, countries, percent }) => [name, cities, countries, percent]);
  return JSON.stringify([salt, rules]);
}

/** @throws ProblemError 409 where the step does not begin here */
export function stepped(climb: Climb, step: Step, moment: Moment): Climb {
  return moves[step.action](climb, step, moment);
}

type Move = (climb: Climb, step: Step, moment: Moment) => Climb;

const moves: Readonly<Record<Step['action'], Move>> = {
  'sign-off': (climb, step, { by }) => {
    expectNext(climb, step);
    if (climb.signedOffBy.includes(by)) throw conflict(`this caller has signed off already: somebody else must`);
    return { ...climb, signedOffBy: [...climb.signedOffBy, by] };
  },
  advance: (climb, step, { at }) => {
    const next = expectNext(climb, step);
    if (climb.state === 'halted') throw conflict(`it is halted (${climb.why}): resume it first`);
    const missing = signOffsMissing(climb);
    if (missing > 0) throw conflict(`stage ${next.name} lacks ${missing} sign-offs of other callers`);
    return { ...climb, state: 'open', open: climb.open + 1, since: at.toISOString(), signedOffBy: [] };
  },
  halt: (climb, { reason }, { at }) => {
    if (climb.state === 'halted') throw conflict(`it is halted already (${climb.why})`);
    return { ...climb, state: 'halted', why: reason, since: at.toISOString() };
  },
  resume: ({ why, ...climb }, _, { at }) => {
    if (climb.state !== 'halted') throw conflict(`it is ${climb.state}, not halted: there is nothing to resume`);
    return { ...climb, state: climb.open === 0 ? 'planned' : 'open', since: at.toISOString() };
  },
  'roll-back': (climb, { to, reason }, { at }) => {
    const open = to === undefined ? 0 : openedUpTo(climb, to);
    return { ...climb, state: 'halted', why: reason, open, since: at.toISOString(), signedOffBy: [] };
  },
};

function expectNext(climb: Climb, { to }: Step): Schemas['LadderStage'] {
  const next = climb.ladder.stages[climb.open];
  if (next === undefined) throw conflict(`its last stage is open: there is no next one`);
  if (to !== undefined && to !== next.name) throw conflict(`its next stage is ${next.name}, not ${to}`);
  return next;
}

function openedUpTo({ ladder, open }: Climb, to: string): number {
  const at = ladder.stages.findIndex(({ name }) => name === to);
  if (at !== -1 && at < open) return at + 1;
  const names = ladder.stages.slice(0, open).map(({ name }) => name);
  throw conflict(`stage ${to} is not open; open are: ${names.join(', ') || 'none'}`);
}

/** @throws ProblemError 409: a schema cannot say that names are distinct */
export function expectDistinct(what: string, all: readonly { readonly name: string }[]): void {
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw conflict(`two ${what} are named ${twice}: give each a name of its own`);
}

export function signOffsMissing({ ladder, open, signedOffBy }: Climb): number {
  return Math.max(0, (ladder.stages[open]?.signOffs ?? 0) - signedOffBy.length);
}
