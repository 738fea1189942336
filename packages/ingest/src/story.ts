/** What a person hears while a run is loaded. */
import type { ProgressEvent, Say } from '@segment-store/cli/event';
import type { Manifest } from '@segment-store/contract/manifest';
import type { Time } from '@segment-store/resilience/time';
import { linesIn } from '@segment-store/store/outcomes';
import type { Build, ClaimedPart, Rejection, Tally, Verdict } from '@segment-store/store/store';
import type { LoadDeps } from './load.ts';

export interface Story {
  stage(name: string, detail?: string): void;
  /** From now on `done` of `total` rows are loaded. */
  rows(done: number, total: number): void;
  /** What became of further rows. */
  loaded(...tallies: readonly Tally[]): void;
  rejected(rejection: Rejection): void;
  /** How far a by-segment run is regrouped. */
  regrouped(progress: Omit<ProgressEvent, 'kind' | 'stage'>): void;
  /** Gates that refused, and somebody would not hear of it. */
  accepted(verdicts: readonly Verdict[]): void;
  summary(): Summary;
}

interface Summary {
  /** Of each stage so far. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Settled by this process, and those of them an earlier one had written. */
  readonly rows: number;
  readonly replayed: number;
}

const PROGRESS_MS = 1000;
const REJECTIONS_SAID = 20;

export function createStory(say: Say, time: Time): Story {
  const seconds: Record<string, number> = {};
  const count = { done: 0, total: 0, rows: 0, replayed: 0, rejected: 0 };
  let stage = '';
  let stageAt = time.now();
  let saidAt = Number.NEGATIVE_INFINITY;
  const endStage = () => {
    if (stage !== '') seconds[stage] = (seconds[stage] ?? 0) + (time.now() - stageAt) / 1000;
    stageAt = time.now();
  };
  const begin = (name: string, detail?: string) => {
    endStage();
    stage = name;
    say({ kind: 'stage', stage, ...(detail !== undefined && { detail }) });
  };
  return {
    stage: begin,
    rows(done, total) {
      Object.assign(count, { done, total });
    },
    loaded(...tallies) {
      const more = tallies.reduce((sum, tally) => sum + rowsOf(tally), 0);
      count.done += more;
      count.rows += more;
      count.replayed += tallies.reduce((sum, { replayed }) => sum + replayed, 0);
      if (time.now() - saidAt < PROGRESS_MS && count.done < count.total) return;
      saidAt = time.now();
      say({ kind: 'progress', stage, done: count.done, total: count.total, unit: 'rows' });
    },
    rejected({ part, line, offset, reason }) {
      count.rejected++;
      if (count.rejected > REJECTIONS_SAID) return;
      say({ kind: 'warning', text: `${part} line ${line}, byte ${offset}: rejected as ${reason}` });
      if (count.rejected === REJECTIONS_SAID) say({ kind: 'warning', text: 'further rejected lines are counted only' });
    },
    regrouped(progress) {
      if (stage !== 'regroup') begin('regroup', 'by customer');
      if (time.now() - saidAt < PROGRESS_MS) return;
      saidAt = time.now();
      say({ kind: 'progress', stage, ...progress });
    },
    accepted(verdicts) {
      for (const { gate, figure, limit } of verdicts) {
        say({ kind: 'warning', text: `${gate}: ${figure}, expected ${limit}: accepted` });
      }
    },
    summary() {
      endStage();
      return { seconds, rows: count.rows, replayed: count.replayed };
    },
  };
}

/** `deps`, telling the story as it is called. */
export function told(deps: LoadDeps, manifest: Manifest, story: Story): LoadDeps {
  return {
    ...deps,
    writer: {
      async build(run, call) {
        story.stage('build', `run ${run.run}`);
        return toldBuild(await deps.writer.build(run, call), manifest, story);
      },
    },
    publisher: {
      ...deps.publisher,
      publish(run, expected, ...judged) {
        story.stage('publish', `after epoch ${expected}`);
        return deps.publisher.publish(run, expected, ...judged);
      },
    },
    async gates(...judged) {
      story.stage('gates');
      const verdicts = await deps.gates(...judged);
      story.accepted(verdicts.filter(({ overriddenBy }) => overriddenBy !== undefined));
      return verdicts;
    },
  };
}

function toldBuild(build: Build, manifest: Manifest, story: Story): Build {
  return {
    get state() {
      return build.state;
    },
    catalogue(segments) {
      story.stage('catalogue', `${manifest.totals.segments} segments`);
      return build.catalogue(segments);
    },
    async *parts(options, call) {
      const { total, parts } = await build.outcomes();
      const left = parts.filter(({ state }) => state !== 'finished').length;
      story.rows(linesIn(total), sumRows(manifest.parts));
      if (left > 0) story.stage('fill', `${left} of ${parts.length} parts`);
      for await (const claim of build.parts(options, call)) yield toldClaim(claim, story);
    },
    seal() {
      story.stage('seal');
      return build.seal();
    },
    outcomes: () => build.outcomes(),
    [Symbol.asyncDispose]: () => build[Symbol.asyncDispose](),
  };
}

function toldClaim(claim: ClaimedPart, story: Story): ClaimedPart {
  const { part, signal, attempted, acknowledged } = claim;
  return {
    part,
    signal,
    attempted,
    acknowledged,
    async write(lines, call) {
      const tally = await claim.write(lines, call);
      story.loaded(lines.settled, tally);
      return tally;
    },
    acknowledge: (...settled) => claim.acknowledge(...settled),
    finish: (outcomes) => claim.finish(outcomes),
    fail: (...failing) => claim.fail(...failing),
    [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose](),
  };
}

const rowsOf = ({ created, replayed, skipped, rejected }: Tally) => created + replayed + skipped + rejected.length;
const sumRows = (parts: Manifest['parts']) => parts.reduce((sum, { rows }) => sum + rows, 0);
