/** Flags → how rows become lines. */
import { membersAsTheyAre, type ToLines } from './lines/lines.ts';
import { openTransform } from './transform/transform.ts';

export interface ToLinesOptions {
  readonly transform: string | undefined;
  readonly transformThreads: number;
}

/** Rejects with CommandError usage when there is a transform that cannot be used. */
export async function openToLines({
  transform,
  transformThreads: threads,
}: ToLinesOptions): Promise<ToLines & AsyncDisposable> {
  if (transform !== undefined) return openTransform(transform, { threads });
  return { ...membersAsTheyAre(), async [Symbol.asyncDispose]() {} };
}
