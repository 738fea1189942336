/** Rows → a hook of the user's, in threads → lines. */
import { resolve } from 'node:path';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines } from '@segment-store/store/store';
import type { ToLines } from '../lines/lines.ts';
import { keepNothing, keepRaw, memberLines } from '../lines/member-lines.ts';
import type { PartRows } from './hook.ts';
import { HookThread } from './hook-thread.ts';

export interface TransformOptions {
  /** The hook runs in; each imports the module. */
  readonly threads: number;
  /** Rejections keep their row. Default false. */
  readonly keepRaw?: boolean;
}

/**
 * `module` is a file whose default export is a function, sync or async: a row of the source (any object; of CSV, texts
 * by column) → `{ customer_id, segment_ids }`, or null to skip it. A row it throws for is rejected as `transform`, what
 * it returns that is no member as what it is. Rows stay in order; `threads` + 1 groups of them are under way in a part.
 * @throws CommandError usage when the module is not there, throws, or exports no function; failed, from `lines`, when
 * one of its threads ends
 */
export async function openTransform(
  module: string,
  { threads, keepRaw: keeps = false }: TransformOptions,
): Promise<ToLines & AsyncDisposable> {
  const data = { module: resolve(module), keepRaw: keeps };
  const pool = Array.from({ length: threads }, () => new HookThread(module, data));
  const close = async () => {
    await Promise.all(pool.map((thread) => thread.end()));
  };
  try {
    await Promise.all(pool.map(({ ready }) => ready));
  } catch (error) {
    await close();
    throw error;
  }
  const transform = (rows: PartRows, call: Call) => leastBusy(pool).transform(rows, call);
  return {
    transformed: true,
    async *lines(part, groups, call) {
      const underway: Promise<Lines>[] = [];
      for await (const rows of groups) {
        const empty = rows.offsets.length === 0;
        const lines = empty ? memberLines(part, rows, keeps ? keepRaw : keepNothing) : transform({ part, rows }, call);
        underway.push(heard(lines));
        if (underway.length > threads) yield* first(underway);
      }
      while (underway.length > 0) yield* first(underway);
    },
    [Symbol.asyncDispose]: close,
  };
}

async function* first(underway: Promise<Lines>[]): AsyncGenerator<Lines> {
  const lines = underway.shift();
  if (lines !== undefined) yield await lines;
}

/** It is awaited in its turn, which never comes when one before it fails. */
function heard(lines: Lines | Promise<Lines>): Promise<Lines> {
  const promise = Promise.resolve(lines);
  promise.catch(() => {});
  return promise;
}

function leastBusy(pool: readonly HookThread[]): HookThread {
  return pool.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best));
}
