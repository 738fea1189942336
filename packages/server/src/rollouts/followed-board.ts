/** All there is of rollouts and experiments, in memory that follows the database. */

import type { components } from '@segment-store/contract/api.generated';
import { bounded } from '@segment-store/resilience/deadline';
import type { Time } from '@segment-store/resilience/time';
import type { ChangeLog, Entry } from '../database/change-log.ts';
import type { Climb } from './ladder.ts';

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

export interface BoardDeps {
  readonly time: Time;
  /** Hears why memory is not refreshed. */
  onTrouble(error: unknown): void;
}

const OLD_MS = 2_000;
/** How long the database may take to answer. */
export const READ_MS = 3_000;
export const ROLLOUT = 'rollout:';
export const EXPERIMENTS = 'experiments';

export class FollowedBoard {
  readonly #log: Pick<ChangeLog, 'newest'>;
  readonly #deps: BoardDeps;
  readonly #entries = new Map<string, Entry>();
  #known: Board | undefined;
  #knownAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Board> | undefined;

  constructor(log: Pick<ChangeLog, 'newest'>, deps: BoardDeps) {
    this.#log = log;
    this.#deps = deps;
  }

  /** At most 2 s old; older while the database does not answer. Rejects with its failure when it never did. */
  async current(): Promise<Board> {
    return this.#known !== undefined && this.#isFresh() ? this.#known : this.#refreshed();
  }

  /** What is known now, undefined before anything is; asks behind for what is newer. */
  glance(): Board | undefined {
    if (!this.#isFresh()) this.#refreshed().catch(() => 'told already');
    return this.#known;
  }

  /** Whoever changed something sees it here at once. */
  outdate(): void {
    this.#knownAt = Number.NEGATIVE_INFINITY;
  }

  #isFresh(): boolean {
    return this.#deps.time.now() - this.#knownAt < OLD_MS;
  }

  /** One question at a time; one that fails is asked again after as long as one that succeeds. */
  #refreshed(): Promise<Board> {
    this.#reading ??= this.#read()
      .catch((error) => {
        this.#deps.onTrouble(error);
        if (this.#known === undefined) throw error;
        this.#knownAt = this.#deps.time.now();
        return this.#known;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  async #read(): Promise<Board> {
    const startedAt = this.#deps.time.now();
    const changed = await bounded(READ_MS, () => this.#log.newest(this.#known?.seq ?? 0));
    for (const entry of changed) this.#entries.set(entry.subject, entry);
    if (this.#known === undefined || changed.length > 0) this.#known = boardOf(this.#entries);
    this.#knownAt = startedAt;
    return this.#known;
  }
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
