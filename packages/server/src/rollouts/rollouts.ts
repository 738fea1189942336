/** Rollouts and experiments: read from memory that follows the database, changed in the database. */
import type { components } from '@segment-store/contract/api.generated';
import { bounded } from '@segment-store/resilience/deadline';
import type { Time } from '@segment-store/resilience/time';
import type { Change, ChangeLog, Entry } from '../database/change-log.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import { type Climb, type Ladder, type Moment, rewritten, type Step, stepped } from './ladder.ts';

export type ExperimentSet = components['schemas']['ExperimentSet'];

export interface Versioned<T> {
  readonly version: number;
  readonly value: T;
}

/** All there is, of one moment. */
export interface Board {
  /** Of the newest change of all; 0 before the first. */
  readonly seq: number;
  /** By name. */
  readonly rollouts: ReadonlyMap<string, Versioned<Climb>>;
  /** Version 0 until some are written. */
  readonly experiments: Versioned<ExperimentSet>;
}

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

const OLD_MS = 2_000;
const READ_MS = 3_000;
const WRITE_MS = 10_000;
const ROLLOUT = 'rollout:';
const EXPERIMENTS = 'experiments';

export interface RolloutsDeps {
  readonly time: Time;
  /** Hears why memory is not refreshed. */
  onTrouble(error: unknown): void;
}

export function createRollouts(log: ChangeLog, { time, onTrouble }: RolloutsDeps): Rollouts {
  const entries = new Map<string, Entry>();
  let known: Board | undefined;
  let knownAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Board> | undefined;

  async function read(): Promise<Board> {
    const startedAt = time.now();
    const changed = await bounded(READ_MS, () => log.newest(known?.seq ?? 0));
    for (const entry of changed) entries.set(entry.subject, entry);
    if (known === undefined || changed.length > 0) known = boardOf(entries);
    knownAt = startedAt;
    return known;
  }

  /** One question at a time; one that fails is asked again after as long as one that succeeds. */
  function refreshed(): Promise<Board> {
    reading ??= read()
      .catch((error) => {
        onTrouble(error);
        if (known === undefined) throw error;
        knownAt = time.now();
        return known;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  /** Judged by what the database holds, not by memory. */
  async function change<T>(
    { action, ...what }: Pick<Change, 'subject' | 'action' | 'asked'>,
    { by, at, version }: Asked,
    next: (before: T | undefined) => T,
  ): Promise<Versioned<T>> {
    const made = { ...what, action, by, at, version };
    const work = () => log.append(made, (before) => JSON.stringify(next(before && JSON.parse(before))));
    const entry = await bounded(WRITE_MS, work);
    knownAt = Number.NEGATIVE_INFINITY; // whoever changed something sees it here at once
    return { version: entry.version, value: JSON.parse(entry.after) };
  }

  const isFresh = () => time.now() - knownAt < OLD_MS;

  return {
    board: async () => (known !== undefined && isFresh() ? known : refreshed()),
    glance() {
      if (!isFresh()) refreshed().catch(() => 'told already');
      return known;
    },
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

/** @throws ProblemError 409: a schema cannot say that names are distinct */
function distinct(set: ExperimentSet): ExperimentSet {
  for (const [name, { variants }] of Object.entries(set.experiments ?? {})) {
    const names = variants.map((variant) => variant.name);
    const twice = names.find((one, index) => names.indexOf(one) < index);
    if (twice === undefined) continue;
    const detail = `two variants of ${name} are named ${twice}: give each a name of its own`;
    throw new ProblemError('conflict', { status: 409, detail });
  }
  return set;
}

function boardOf(entries: ReadonlyMap<string, Entry>): Board {
  const rollouts = [...entries.values()]
    .filter(({ subject }) => subject.startsWith(ROLLOUT))
    .map(({ subject, version, after }): [string, Versioned<Climb>] => [
      subject.slice(ROLLOUT.length),
      { version, value: JSON.parse(after) },
    ]);
  const experiments = entries.get(EXPERIMENTS);
  return {
    seq: Math.max(0, ...[...entries.values()].map(({ seq }) => seq)),
    rollouts: new Map(rollouts.sort(([a], [b]) => (a < b ? -1 : 1))),
    experiments: { version: experiments?.version ?? 0, value: JSON.parse(experiments?.after ?? '{}') },
  };
}
