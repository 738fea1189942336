/** docs/launch-plan.md as a sequence of things that must hold. */
import { readDocument } from '../deploy/run-books.ts';

export type Step =
  | { readonly kind: 'command'; readonly section: string; readonly text: string; readonly name: string | undefined }
  | { readonly kind: 'query'; readonly section: string; readonly text: string; readonly bound: Bound };

export interface Bound {
  readonly side: 'min' | 'max';
  readonly limit: number;
}

const COMMAND = /^sh(?: step=([a-z-]+))?$/;
const QUERY = /^promql (min|max)=([\d.]+)$/;
/** Too long for a rehearsal. */
const ELSEWHERE = 'sh elsewhere';

/** @throws Error for a fence that is none of these */
export async function readPlan(): Promise<readonly Step[]> {
  const { fences } = await readDocument('launch-plan');
  return fences.flatMap(({ kind, section, text }): readonly Step[] => {
    if (kind === ELSEWHERE) return [];
    const [command, name] = COMMAND.exec(kind) ?? [];
    if (command !== undefined) return [{ kind: 'command', section, text, name }];
    const [, side, limit] = QUERY.exec(kind) ?? [];
    if (side === 'min' || side === 'max') {
      return [{ kind: 'query', section, text, bound: { side, limit: Number(limit) } }];
    }
    throw new Error(`docs/launch-plan.md has a fence of an unknown kind: ${kind}`);
  });
}

export const isWithin = (values: readonly number[], { side, limit }: Bound): boolean =>
  values.length > 0 && values.every((value) => (side === 'min' ? value >= limit : value <= limit));
