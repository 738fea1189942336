/** How a load ended, to be read in ten seconds. */
import type { ResultEvent } from '@segment-store/cli/event';
import { formatCount } from '@segment-store/cli/render/count';
import { formatBytes } from '@segment-store/cli/render/figure';
import type { Live, Pruned, RunOutcomes, Verdict } from '@segment-store/store/store';
import { named } from './gates/named.ts';
import { badParts } from './gates/parts.ts';
import type { Summary } from './story.ts';

export interface Ended {
  readonly live: Live;
  readonly summary: Summary;
  /** Where rejected lines are. */
  readonly letters: string;
  /** Generations that retention did not keep. */
  readonly pruned: readonly Pruned[];
}

export function report({ live, summary, letters, pruned }: Ended): ResultEvent {
  const { generation, epoch } = live;
  const { run, members, memberships, segments } = generation;
  const { seconds, rows, replayed, bytes, verdicts, outcomes } = summary;
  /** Of several jobs on one run, one publishes it. */
  const published = seconds.publish !== undefined;
  const leftOut = outcomes && whatWasLeftOut(outcomes);
  const text = [
    `run ${run} is live, epoch ${epoch}${published ? '' : ': another job has published it'}`,
    `  ${formatCount(members)} customers, ${formatCount(memberships)} memberships, ${formatCount(segments)} segments`,
    ...(leftOut === undefined ? [] : [`  ${leftOutText(leftOut, letters)}`]),
    ...(verdicts.length === 0 ? [] : [`  ${gatesText(verdicts)}`]),
    ...paceText(summary),
    ...pruned.map(({ run, why }) => `  removed ${run}: ${why}`),
  ];
  const counts = { customers: members, memberships, segments, rows, replayed, bytes };
  const pace = { rowsPerSecond: perSecond(rows, seconds), bytesPerSecond: perSecond(bytes, seconds), seconds };
  return {
    kind: 'result',
    text: text.join('\n'),
    data: {
      run,
      published,
      epoch,
      ...counts,
      ...pace,
      ...(leftOut && { leftOut: { ...leftOut, letters } }),
      gates: verdicts,
      pruned,
    },
  };
}

interface LeftOut {
  readonly rejected: RunOutcomes['total']['rejected'];
  readonly skipped: number;
  readonly parts: readonly { readonly key: string; readonly code: string }[];
}

function whatWasLeftOut(outcomes: RunOutcomes): LeftOut {
  const { rejected, skipped } = outcomes.total;
  return { rejected, skipped, parts: badParts(outcomes) };
}

function leftOutText({ rejected, skipped, parts }: LeftOut, letters: string): string {
  const reasons = Object.entries(rejected).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const things = [
    ...(reasons.length === 0 ? [] : [`lines rejected: ${reasons.join(', ')} (${letters})`]),
    ...(skipped === 0 ? [] : [`${formatCount(skipped)} lines skipped`]),
    ...(parts.length === 0 ? [] : [`${formatCount(parts.length)} parts${named(parts.map(({ key }) => key))}`]),
  ];
  return things.length === 0 ? 'nothing was left out' : `left out: ${things.join('; ')}`;
}

function gatesText(verdicts: readonly Verdict[]): string {
  const overridden = verdicts.flatMap(({ gate, figure, overriddenBy }) =>
    overriddenBy === undefined ? [] : [`${gate} (${figure}) by ${overriddenBy}`],
  );
  const passed = `${verdicts.length - overridden.length} gates passed`;
  return overridden.length === 0 ? passed : `${passed}; overridden: ${overridden.join(', ')}`;
}

function paceText({ seconds, rows, replayed, bytes }: Summary): readonly string[] {
  const total = Object.values(seconds).reduce((sum, one) => sum + one, 0);
  const took = `in ${total.toFixed(1)} s`;
  const again = replayed > 0 ? `, ${formatCount(replayed)} of them written before` : '';
  const rates = `${formatCount(perSecond(rows, seconds))} rows/s, ${formatBytes(perSecond(bytes, seconds))}/s while filling`;
  const stages = Object.entries(seconds).map(([stage, one]) => `${stage} ${one.toFixed(1)} s`);
  const filled = `${formatCount(rows)} rows (${formatBytes(bytes)})${again} ${took}: ${rates}`;
  return [`  ${rows === 0 ? `every row was loaded before; the rest ${took}` : filled}`, `  ${stages.join(', ')}`];
}

const perSecond = (count: number, { fill = 0 }: Summary['seconds']): number =>
  Math.round(count / Math.max(fill, 0.001));
