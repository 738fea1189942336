/** What a drill does with each fence of a run-book, and how often: pages say that, and no more. */
import type { Fence, RunBook } from '../deploy/run-books.ts';

/**
 * `replaced`: it would change a cluster; the stack's part starts again instead. `skipped`: it needs a cluster and changes
 * nothing, or is for nobody but a cluster.
 */
export type Treatment = 'asked' | 'looked' | 'run' | 'replaced' | 'skipped';

const PART = /^sh kubernetes part=(\S+)$/;

export function treatmentOf({ kind, section }: Fence): Treatment {
  if (kind === 'promql') return 'asked';
  if (PART.test(kind)) return 'replaced';
  if (kind === 'sh kubernetes') return 'skipped';
  return section === 'Mitigation' ? 'run' : 'looked';
}

/** The stack's part that starts again in its place. */
export const partOf = ({ kind }: Fence): string => PART.exec(kind)?.[1] ?? '';

export type Tally = Readonly<Record<Treatment, number>>;

/** Queries and commands of the page by what is done with them; two lines are two commands. */
export function tallyOf({ fences }: RunBook): Tally {
  const tally = { asked: 0, looked: 0, run: 0, replaced: 0, skipped: 0 };
  for (const fence of fences) tally[treatmentOf(fence)] += fence.kind === 'promql' ? 1 : commandsIn(fence.text);
  return tally;
}

const commandsIn = (text: string): number => text.replaceAll(/\\\n/g, '').split('\n').length;
