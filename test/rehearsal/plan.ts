/** docs/launch-plan.md as a sequence of things that must hold. */
import { readDocument } from '../deploy/run-books.ts';

export type Step =
  | { readonly kind: 'command'; readonly section: string; readonly text: string; readonly name: string | undefined }
  | { readonly kind: 'query'; readonly section: string; readonly text: string; readonly bound: Bound }
  | { readonly kind: 'decision'; readonly section: string; readonly text: string };

export type Command = Extract<Step, { readonly kind: 'command' }>;
export type Query = Extract<Step, { readonly kind: 'query' }>;
export type Decision = Extract<Step, { readonly kind: 'decision' }>;

export interface Bound {
  readonly side: 'min' | 'max';
  readonly limit: number;
}

const COMMAND = /^sh(?: step=([a-z-]+))?$/;
const QUERY = /^promql (min|max)=([\d.]+)$/;
/** Too long for a rehearsal. */
const ELSEWHERE = 'sh elsewhere';

export async function readPlan(): Promise<readonly Step[]> {
  const { sections, fences, text } = await readDocument('launch-plan');
  const decisions = decisionsIn(text);
  return sections.flatMap((section) => [
    ...fences.filter((fence) => fence.section === section).flatMap(stepsOf),
    ...decisions.filter((decision) => decision.section === section),
  ]);
}

interface Fence {
  readonly kind: string;
  readonly section: string;
  readonly text: string;
}

/** @throws Error for a fence that is none of these */
function stepsOf({ kind, section, text }: Fence): readonly Step[] {
  if (kind === ELSEWHERE) return [];
  const [command, name] = COMMAND.exec(kind) ?? [];
  if (command !== undefined) return [{ kind: 'command', section, text, name }];
  const [, side, limit] = QUERY.exec(kind) ?? [];
  if (side === 'min' || side === 'max')
    return [{ kind: 'query', section, text, bound: { side, limit: Number(limit) } }];
  throw new Error(`docs/launch-plan.md has a fence of an unknown kind: ${kind}`);
}

/** Sections with boxes to tick, a line each. */
const decisionsIn = (text: string): readonly Decision[] =>
  text.split(/^## /m).flatMap((part) => {
    const [section = ''] = part.split('\n');
    const boxes = [...part.matchAll(/^- \[ \] (.*(?:\n {2}.*)*)/gm)].map(([, box = '']) => box.replaceAll(/\s+/g, ' '));
    return boxes.length === 0 ? [] : [{ kind: 'decision' as const, section, text: boxes.join('\n') }];
  });

const ON_CALL = 'on call';

/** Who does what a section says, as its heading has it: `1. The data is right (business: analysts)`. */
export const whoseIs = (section: string): string => /\((?:[^():]+: )?([^():]+)\)$/.exec(section)?.[1] ?? ON_CALL;

export const isWithin = (values: readonly number[], { side, limit }: Bound): boolean =>
  values.length > 0 && values.every((value) => (side === 'min' ? value >= limit : value <= limit));

export const boundInWords = ({ side, limit }: Bound): string => `${side === 'min' ? 'at least' : 'at most'} ${limit}`;
