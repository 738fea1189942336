/** What is said while a run is loaded. */
import type { ItemEvent, ProgressEvent, Say } from '@segment-store/cli/event';
import type { Part } from '@segment-store/contract/manifest';
import type { Time } from '@segment-store/resilience/time';
import { linesIn, nothing, sumOutcomes, toOutcomes } from '@segment-store/store/outcomes';
import type { Outcomes, PartFailure, Rejection, RunOutcomes, Tally, Verdict } from '@segment-store/store/store';

export interface Story {
  stage(name: string, detail?: string): void;
  /** What the ledger says before the first part is taken. */
  begin(outcomes: RunOutcomes): void;
  /** What became of further rows of a part. */
  loaded(part: Part, ...tallies: readonly Tally[]): void;
  /** How far a by-segment run is regrouped. */
  regrouped(progress: Omit<ProgressEvent, 'kind' | 'stage'>): void;
  part(part: Part, state: ItemEvent['state'], more?: { outcomes?: Outcomes; failure?: PartFailure }): void;
  rejected(rejection: Rejection): void;
  /** A budget is overdrawn: the load ends. */
  refused(verdict: Verdict): void;
  /** What was judged, and how. */
  judged(outcomes: RunOutcomes, verdicts: readonly Verdict[]): void;
  summary(): Summary;
}

export interface Summary {
  /** Of each stage so far. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Settled by this process, and those of them an earlier one had written. */
  readonly rows: number;
  readonly replayed: number;
  /** Of the parts' files, as far as these rows go. */
  readonly bytes: number;
  readonly verdicts: readonly Verdict[];
  /** Of the whole run, once it was judged. */
  readonly outcomes?: RunOutcomes;
}

const PROGRESS_MS = 1000;
const REJECTIONS_SAID = 20;

export function createStory(say: Say, time: Time): Story {
  const stages = new Stages(time);
  const rows = new RowCounts();
  let judged: Pick<Summary, 'verdicts' | 'outcomes'> = { verdicts: [] };
  let saidAt = Number.NEGATIVE_INFINITY;
  let rejected = 0;
  const begin = (stage: string, detail?: string) => {
    stages.begin(stage);
    say({ kind: 'stage', stage, ...(detail !== undefined && { detail }) });
  };
  return {
    stage: begin,
    begin: (outcomes) => rows.begin(outcomes),
    loaded(part, ...tallies) {
      rows.add(part, tallies);
      if (time.now() - saidAt < PROGRESS_MS && !rows.isComplete) return;
      saidAt = time.now();
      say({ kind: 'progress', stage: stages.now, unit: 'rows', ...rows.progress() });
    },
    regrouped(progress) {
      const [name, detail] = progress.unit === 'rows' ? ['regroup', 'by customer'] : ['sort', 'in scratch'];
      if (stages.now !== name) begin(name, detail);
      else if (time.now() - saidAt < PROGRESS_MS) return;
      saidAt = time.now();
      say({ kind: 'progress', stage: stages.now, ...progress });
    },
    part(part, state, { outcomes, failure } = {}) {
      const figures = { bytes: part.bytes, rows: outcomes === undefined ? part.rows : linesIn(outcomes) };
      const why = failure && { failure: { code: failure.code, text: failure.message } };
      say({ kind: 'item', item: 'part', name: part.key, state, figures, ...why });
    },
    rejected({ part, line, offset, reason }) {
      rejected++;
      if (rejected > REJECTIONS_SAID) return;
      say({ kind: 'warning', text: `${part} line ${line}, byte ${offset}: rejected as ${reason}` });
      if (rejected === REJECTIONS_SAID)
        say({ kind: 'warning', text: 'further rejected lines: `segment-ingest dead-letters <run-folder>`' });
    },
    refused: (verdict) => say({ kind: 'verdict', ...verdict }),
    judged(outcomes, verdicts) {
      judged = { outcomes, verdicts };
      for (const verdict of verdicts) say({ kind: 'verdict', ...verdict });
    },
    summary: () => ({ seconds: stages.end(), ...rows.own, ...judged }),
  };
}

class Stages {
  readonly #seconds: Record<string, number> = {};
  readonly #time: Time;
  now = '';
  #since: number;

  constructor(time: Time) {
    this.#time = time;
    this.#since = time.now();
  }

  begin(stage: string): void {
    this.end();
    this.now = stage;
  }

  end(): Readonly<Record<string, number>> {
    const now = this.#time.now();
    if (this.now !== '') this.#seconds[this.now] = (this.#seconds[this.now] ?? 0) + (now - this.#since) / 1000;
    this.#since = now;
    return this.#seconds;
  }
}

/** Rows of the run, and those of them that are this process's own. */
class RowCounts {
  readonly own = { rows: 0, replayed: 0, bytes: 0 };
  #done = 0;
  #total = 0;
  #bytes = { done: 0, total: 0 };
  #rejected: Outcomes['rejected'] = {};

  begin({ total, parts }: RunOutcomes): void {
    this.#done = linesIn(total);
    this.#rejected = total.rejected;
    const share = ({ part, outcomes }: RunOutcomes['parts'][number]) => bytesOf(part, linesIn(outcomes));
    for (const one of parts) {
      this.#total += one.part.rows;
      this.#bytes.total += one.part.bytes;
      this.#bytes.done += share(one);
    }
  }

  add(part: Part, tallies: readonly Tally[]): void {
    const outcomes = sumOutcomes(tallies.map(toOutcomes));
    const lines = linesIn(outcomes);
    this.#done += lines;
    this.#bytes.done += bytesOf(part, lines);
    this.#rejected = sumOutcomes([{ ...nothing, rejected: this.#rejected }, outcomes]).rejected;
    this.own.rows += lines;
    this.own.replayed += outcomes.replayed;
    this.own.bytes += bytesOf(part, lines);
  }

  get isComplete(): boolean {
    return this.#done >= this.#total;
  }

  progress() {
    const { done, total } = this.#bytes;
    const bytes = { done: Math.round(Math.min(done, total)), total };
    return { done: this.#done, total: this.#total, bytes, rejected: this.#rejected };
  }
}

/** Files are compressed: how far one is read is told by its rows. */
const bytesOf = ({ bytes, rows }: Part, lines: number): number => (rows === 0 ? 0 : (bytes * lines) / rows);
