/** Rollouts and experiments: read from memory that follows the database, changed in the database. */
import { bounded } from '@segment-store/resilience/deadline';
import type { Change, ChangeLog } from '../database/change-log.ts';
import { invalidRequest, type ProblemError } from '../errors.ts';
import {
  type Board,
  type BoardDeps,
  EXPERIMENTS,
  type ExperimentSet,
  FollowedBoard,
  READ_MS,
  ROLLOUT,
  type Versioned,
} from './followed-board.ts';
import { type Climb, expectDistinct, type Ladder, type Moment, rewritten, type Step, stepped } from './ladder.ts';

export interface Asked extends Moment {
  /** The version that the caller judged. */
  readonly version: number;
}

/** Each rejects with the failure of the database when it does not answer; changes with `FENCED` for another version, too. */
export interface Rollouts {
  /** At most 2 s old; older while the database does not answer. */
  board(): Promise<Board>;
  /** What is known now, undefined before anything is; asks behind for what is newer. */
  glance(): Board | undefined;
  /** @throws ProblemError 409 */
  write(name: string, ladder: Ladder, asked: Asked): Promise<Versioned<Climb>>;
  /** @throws ProblemError 404, 409 */
  step(name: string, step: Step, asked: Asked): Promise<Versioned<Climb>>;
  writeExperiments(experiments: ExperimentSet, asked: Asked): Promise<Versioned<ExperimentSet>>;
  history: ChangeLog['history'];
}

const WRITE_MS = 10_000;

export function createRollouts(log: ChangeLog, deps: BoardDeps): Rollouts {
  const board = new FollowedBoard(log, deps);

  /** Judged by what the database holds, not by memory. */
  async function change<T>(
    { action, ...what }: Pick<Change, 'subject' | 'action' | 'asked'>,
    { by, at, version }: Asked,
    next: (before: T | undefined) => T,
  ): Promise<Versioned<T>> {
    const made = { ...what, action, by, at, version };
    const work = () => log.append(made, (before) => JSON.stringify(next(before && JSON.parse(before))));
    const entry = await bounded(WRITE_MS, work);
    board.outdate();
    return { version: entry.version, value: JSON.parse(entry.after) };
  }

  return {
    board: () => board.current(),
    glance: () => board.glance(),
    write: (name, ladder, asked) =>
      change<Climb>({ ...subjectOf(name), action: 'put', asked: '{}' }, asked, (before) =>
        rewritten(before, ladder, asked),
      ),
    step: (name, { action, ...rest }, asked) =>
      change<Climb>({ ...subjectOf(name), action, asked: JSON.stringify(rest) }, asked, (before) => {
        if (before === undefined) throw noSuchRollout(name);
        return stepped(before, { action, ...rest }, asked);
      }),
    writeExperiments: (experiments, asked) =>
      change<ExperimentSet>({ subject: EXPERIMENTS, action: 'put', asked: '{}' }, asked, () => distinct(experiments)),
    history: (name) => bounded(READ_MS, () => log.history(subjectOf(name).subject)),
  };
}

const subjectOf = (name: string) => ({ subject: ROLLOUT + name });

export const noSuchRollout = (name: string): ProblemError =>
  invalidRequest(`there is no rollout ${name}; GET /v1/rollouts lists what there is`, 404);

function distinct(set: ExperimentSet): ExperimentSet {
  for (const [name, { variants }] of Object.entries(set.experiments ?? {}))
    expectDistinct(`variants of ${name}`, variants);
  return set;
}
