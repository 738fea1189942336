/** Climbs the ladder of a rollout: a stage opens, is watched for as long as it is held, and the next one opens, or it closes again. */
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type Check, type Checked, checked } from './check.ts';
import { countsOf, judge } from './judge.ts';
import type { Pace } from './pace.ts';
import { isOvertaken, persistently } from './persistently.ts';
import type { Ask } from './prometheus.ts';
import type { Rollout, Service, Step } from './service.ts';

export interface WalkDeps {
  readonly service: Service;
  readonly ask: Ask;
  readonly pace: Pace;
  readonly say: Say;
  /** Wall clock, in milliseconds. */
  now(): number;
  /** Rejects when it is stopped. */
  sleep(ms: number): Promise<void>;
}

/** @throws CommandError exit 4 when it is halted, 6 when the server does not answer any more */
export async function walk(deps: WalkDeps): Promise<Rollout> {
  const patience = new Patience();
  for (let rollout = await read(deps); ; ) {
    if (rollout.state === 'halted') throw halted(rollout, rollout.why ?? 'without a reason');
    const current = rollout.stage === undefined ? rollout : await held(rollout, patience, deps);
    if (isSame(current, rollout) && current.next === undefined) return current;
    rollout = isSame(current, rollout) ? await opened(current, deps) : current;
  }
}

const read = (deps: WalkDeps): Promise<Rollout> => persistently(deps, () => deps.service.read());

/** Nothing was opened, closed or halted between the two; there may be more sign-offs. */
const isSame = (a: Rollout, b: Rollout | undefined): boolean =>
  a.stage === b?.stage && a.state === b?.state && a.since === b?.since;

type Stage = Rollout['ladder']['stages'][number];

function stageOf({ ladder, name }: Rollout, wanted: string): Stage {
  const stage = ladder.stages.find((each) => each.name === wanted);
  if (stage === undefined) throw new TypeError(`the ladder of ${name} has no stage ${wanted}`);
  return stage;
}

/** As it is once its stage was held for long enough and may stay, or once somebody changed it. */
async function held(rollout: Rollout, patience: Patience, deps: WalkDeps): Promise<Rollout> {
  const { say, pace, now, sleep } = deps;
  const stage = stageOf(rollout, rollout.stage ?? '');
  const openedAt = Date.parse(rollout.since);
  const until = openedAt + pace.holdMs(stage);
  const wasOver = now() >= until; // it waits for a sign-off, and that it was good has been said
  say({ kind: 'stage', stage: stage.name, detail: `open, held for ${pace.shown(stage)}`, idle: true });
  for (;;) {
    await sleep(Math.max(0, Math.min(pace.everyMs(rollout.ladder.analysis), until - now())));
    const isOver = now() >= until;
    const judged = [
      ...(await analysed(rollout, deps, now() - openedAt)),
      ...(await all(stage.during, deps)),
      ...(isOver ? await all(stage.exit, deps) : []),
    ];
    await patience.judged(rollout, judged, deps);
    const current = await read(deps);
    if (!isSame(current, rollout)) return current;
    if (isOver && judged.every(({ verdict }) => verdict === 'good')) {
      if (!wasOver) say({ kind: 'note', text: `${stage.name}: held, all is good${inWords(judged)}` });
      return current;
    }
    if (isOver) await sleep(pace.everyMs(rollout.ladder.analysis));
  }
}

const inWords = (judged: readonly Checked[]): string =>
  judged.map(({ name, figure }, index) => `${index === 0 ? ': ' : ''}${name} ${figure}`).join('; ');

async function analysed(
  { ladder: { analysis } }: Rollout,
  { ask, say }: WalkDeps,
  windowMs: number,
): Promise<readonly Checked[]> {
  if (analysis === undefined) return [];
  const { candidate, baseline, minRequests = 30_000 } = analysis;
  const [ofCandidate, ofBaseline] = await Promise.all([candidate, baseline].map((arm) => countsOf(arm, ask, windowMs)));
  const none = { requests: 0, errors: 0 };
  const judged = { name: 'analysis', ...judge(ofCandidate ?? none, ofBaseline ?? none, minRequests) };
  tell(say, judged);
  return [judged];
}

async function all(checks: readonly Check[] = [], { ask, say }: WalkDeps): Promise<readonly Checked[]> {
  const judged = await Promise.all(checks.map((check) => checked(check, ask)));
  for (const each of judged) tell(say, each);
  return judged;
}

function tell(say: Say, { name: gate, verdict, figure, limit }: Checked): void {
  if (verdict === 'unknown') say({ kind: 'note', text: `${gate}: no verdict yet (${figure}; ${limit})` });
  else say({ kind: 'verdict', gate, figure, limit, passed: verdict === 'good' });
}

/** How much that is bad or could not be found out a stage is forgiven, for as long as it is open. */
class Patience {
  #of: Rollout | undefined;
  #bad = 0;
  #unknown = 0;

  /** @throws CommandError exit 4 once it is too much: then the stage is closed again, or the rollout is halted */
  async judged(rollout: Rollout, judged: readonly Checked[], deps: WalkDeps): Promise<void> {
    if (!isSame(rollout, this.#of)) [this.#of, this.#bad, this.#unknown] = [rollout, 0, 0];
    const { failureLimit = 0, inconclusiveLimit = 1_440 } = rollout.ladder.analysis ?? {};
    const bad = judged.find(({ verdict }) => verdict === 'bad');
    const unknown = judged.find(({ verdict }) => verdict === 'unknown');
    this.#bad += bad === undefined ? 0 : 1;
    this.#unknown = unknown === undefined ? 0 : this.#unknown + 1;
    if (bad !== undefined && this.#bad > failureLimit)
      await rollBack(rollout, `${bad.name} ${bad.figure}; ${bad.limit}`, deps);
    if (unknown !== undefined && this.#unknown > inconclusiveLimit) {
      await halt(
        rollout,
        `no verdict ${this.#unknown} times in a row: ${unknown.name} ${unknown.figure}; ${unknown.limit}`,
        deps,
      );
    }
  }
}

/** To the stage below the one that failed. */
async function rollBack(failed: Rollout, why: string, deps: WalkDeps): Promise<never> {
  const names = failed.ladder.stages.map(({ name }) => name);
  const below = names[names.indexOf(failed.stage ?? '') - 1];
  const reason = `stage ${failed.stage} failed: ${why}`;
  return stop(failed, { action: 'roll-back', reason, ...(below !== undefined && { to: below }) }, deps);
}

const halt = (rollout: Rollout, why: string, deps: WalkDeps): Promise<never> =>
  stop(rollout, { action: 'halt', reason: why }, deps);

/** It is safer to stop whatever somebody else did meanwhile than to find out whether they know. */
async function stop(rollout: Rollout, { reason, ...step }: Step, deps: WalkDeps): Promise<never> {
  const stopped = await persistently(deps, async () => {
    const current = await deps.service.read();
    if (current.state === 'halted' && current.stage !== rollout.stage) return current;
    return deps.service.step({ ...step, reason: shortened(reason + deps.pace.remark) }, current.version);
  });
  throw halted(stopped, reason);
}

function halted({ name, stage }: Rollout, why: string): CommandError {
  const open = stage === undefined ? 'nothing is open' : `open up to ${stage}`;
  return new CommandError(exitCode.refused, `${name} is halted, ${open}: ${why}`);
}

/** As it is with its next stage open; or, after a while, where entry checks or sign-offs are missing or somebody changed it. */
async function opened(rollout: Rollout, deps: WalkDeps): Promise<Rollout> {
  const { say, pace, sleep, service } = deps;
  const stage = stageOf(rollout, rollout.next?.stage ?? '');
  const entered = await all(stage.entry, deps);
  const missing = rollout.next?.signOffsMissing ?? 0;
  const owner = stage.owner ?? rollout.ladder.owner;
  if (missing > 0)
    say({ kind: 'stage', stage: stage.name, detail: `waits for ${missing} sign-offs; ask ${owner}`, idle: true });
  if (missing > 0 || entered.some(({ verdict }) => verdict !== 'good')) {
    await sleep(pace.everyMs(rollout.ladder.analysis));
    return read(deps);
  }
  const reason = `${entered.length} entry checks passed, all sign-offs are there${pace.remark}`;
  const step = { action: 'advance', to: stage.name, reason } as const;
  const current = await persistently(deps, () =>
    service.step(step, rollout.version).catch((error) => (isOvertaken(error) ? service.read() : Promise.reject(error))),
  );
  // Where somebody was faster, what they did: it may have opened all the same.
  if (current.stage === stage.name) say({ kind: 'item', item: 'stage', name: stage.name, state: 'begun' });
  return current;
}

const MAX_REASON = 1_000;
const shortened = (text: string): string => (text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…` : text);
