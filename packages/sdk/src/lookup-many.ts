/** Many customers within one deadline. */
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { MAX_LOOKUPS } from './api.ts';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import type { Lookup } from './lookup.ts';
import type { Lookups } from './lookups.ts';
import type { ReadDeps } from './reads.ts';

/** Ids asked at once: half of what may be in flight, so that other callers find room. */
const MAX_WAVE = 8 * MAX_LOOKUPS;

export type LookupMany<S extends string> = (
  ids: Iterable<string>,
  options?: CallOptions<S>,
) => Promise<ReadonlyMap<string, Lookup<S>>>;

export function createLookupMany<S extends string>(
  { read }: Pick<Lookups<S>, 'read'>,
  { fallback, deadlineMs, time }: Pick<ReadDeps<S>, 'fallback' | 'deadlineMs' | 'time'>,
): LookupMany<S> {
  async function readAll(
    asked: readonly string[],
    { signal, deadlineAt }: Call,
    instead: readonly S[],
  ): Promise<ReadonlyMap<string, Lookup<S>>> {
    const ceiling = Math.min(deadlineAt, time.now() + deadlineMs);
    const lookups = new Map<string, Lookup<S>>();
    for (let from = 0; from < asked.length; from += MAX_WAVE) {
      const call = time.now() < ceiling ? { signal, deadlineAt: ceiling } : tooLate(ceiling);
      const wave = asked.slice(from, from + MAX_WAVE);
      const answers = await Promise.all(wave.map(async (id) => [id, await read(id, call, instead)] as const));
      for (const [id, answer] of answers) lookups.set(id, answer);
    }
    return lookups;
  }
  return (ids, options) =>
    withCall(options, time, (call) => readAll(distinct(ids), call, fallbackOf(options, fallback)));
}

/** A call whose time is over before it begins: answered by what is in the cache, if anything. */
const tooLate = (deadlineAt: number): Call => ({
  signal: AbortSignal.abort(new Failure('TIMEOUT', 'the deadline passed before these ids could be asked')),
  deadlineAt,
});

/** What can be read of `ids`, each once, whatever else it holds. */
function distinct(ids: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  try {
    for (const id of ids) seen.add(id);
  } catch {
    // Not iterable, or it failed on the way: what came before counts.
  }
  return [...seen];
}
