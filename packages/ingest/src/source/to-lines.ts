/** Flags → how rows become lines. */
import { membersAsTheyAre, type ToLines } from '../lines/lines.ts';
import { keepNothing, keepRaw } from '../lines/member-lines.ts';
import { openTransform } from '../transform/transform.ts';

export interface ToLinesOptions {
  readonly transform: string | undefined;
  readonly transformThreads: number;
  /** Rejections keep their row, for the dead letters. */
  readonly keepRaw: boolean;
}

/** Rejects with CommandError usage when there is a transform that cannot be used. */
export async function openToLines({
  transform,
  transformThreads: threads,
  keepRaw: keeps,
}: ToLinesOptions): Promise<ToLines & AsyncDisposable> {
  if (transform !== undefined) return openTransform(transform, { threads, keepRaw: keeps });
  return { ...membersAsTheyAre(keeps ? keepRaw : keepNothing), async [Symbol.asyncDispose]() {} };
}
