/**
 * Calls begin when they are due, whatever became of those before; how long one took counts from when it was due. One that
 * has not ended when the time is up is not left out: it took longer than it was waited for.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Ask, Usable } from './contenders.ts';

/** Milliseconds from when it was due; `null`: still open when it was no longer waited for. */
export interface Called {
  readonly ms: number | null;
  readonly got: Usable | 'nothing';
}

export interface Loop {
  readonly calls: number;
  readonly perSecond: number;
  /** After the last was due, for those still open. */
  readonly waitMs: number;
}

export interface Looped {
  readonly called: readonly Called[];
  /** How late the last of a thousand began, in milliseconds: this process's own fault, and in its figures. */
  readonly lagMs: number;
}

const OPEN: Called = { ms: null, got: 'nothing' };

export async function openLoop(
  { calls, perSecond, waitMs }: Loop,
  ask: (call: number) => ReturnType<Ask>,
): Promise<Looped> {
  const called: Called[] = Array.from({ length: calls }, () => OPEN);
  const late = new Float64Array(calls);
  const { promise: allEnded, resolve } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  const dueAt = (call: number) => startedAt + (call * 1_000) / perSecond;
  let [due, ended] = [0, 0];
  const end = (call: number, got: Called['got']) => {
    called[call] = { ms: performance.now() - dueAt(call), got };
    ended += 1;
    if (ended === calls) resolve();
  };
  const begin = (call: number) => {
    late[call] = performance.now() - dueAt(call);
    ask(call).then(
      (got) => end(call, got),
      () => end(call, 'nothing'),
    );
  };
  await new Promise<void>((begun) => {
    const tick = () => {
      for (; due < calls && dueAt(due) <= performance.now(); due += 1) begin(due);
      // Not a timer: Node's come a millisecond late.
      if (due < calls) setImmediate(tick);
      else begun();
    };
    tick();
  });
  await Promise.race([allEnded, pause(waitMs, undefined, { ref: false })]);
  return { called: [...called], lagMs: late.toSorted()[Math.floor(calls * 0.999)] ?? 0 };
}
