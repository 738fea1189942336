/** Many customers within one deadline. */
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { MAX_LOOKUPS } from './api.ts';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import type { Fallback } from './fallback.ts';
import type { Lookup } from './lookup.ts';
import type { Lookups } from './lookups.ts';
import { endOf, type ReadDeps } from './reads.ts';

export type LookupMany<S extends string> = (
  ids: Iterable<string>,
  options?: CallOptions<S>,
) => Promise<ReadonlyMap<string, Lookup<S>>>;

export function createLookupMany<S extends string>(
  { read }: Pick<Lookups<S>, 'read'>,
  deps: Pick<ReadDeps<S>, 'fallback' | 'deadlineMs' | 'time'>,
  /** Requests that may be in flight. */
  limit: () => number,
): LookupMany<S> {
  const { fallback, time } = deps;
  async function readAll(
    asked: readonly string[],
    given: Call,
    instead: Fallback<S>,
  ): Promise<ReadonlyMap<string, Lookup<S>>> {
    const within = { ...given, deadlineAt: endOf(given, deps) };
    const lookups = new Map<string, Lookup<S>>();
    for (let from = 0; from < asked.length; ) {
      const call = time.now() < within.deadlineAt ? within : tooLate(within);
      const wave = asked.slice(from, from + idsAtOnce(limit()));
      const answers = await Promise.all(wave.map(async (id) => [id, await read(id, call, instead)] as const));
      for (const [id, answer] of answers) lookups.set(id, answer);
      from += wave.length;
    }
    return lookups;
  }
  return (ids, options) =>
    withCall(options, time, (call) => readAll(distinct(ids), call, fallbackOf(options, fallback)));
}

/** Half of what may be in flight, so that other callers find room. */
const idsAtOnce = (limit: number): number => Math.max(1, Math.floor(limit / 2)) * MAX_LOOKUPS;

/** A call whose time is over before it begins: answered by what is in the cache, if anything. */
const tooLate = (call: Call): Call => ({
  ...call,
  signal: AbortSignal.abort(new Failure('TIMEOUT', 'the deadline has passed')),
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
