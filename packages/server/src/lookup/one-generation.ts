/** Many questions at once: their answers come from one generation, as long as the store can be asked. */
import type { RunId } from '@segment-store/contract/id';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import type { Pin } from './pin.ts';
import type { Encoded, Query } from './read-path.ts';

export interface OneGeneration {
  readonly run: RunId;
  /** Of `run`; of a generation before it when the store does not answer and only that is kept. */
  answer(query: Query, call: Call): Promise<Encoded>;
}

/** The pinned generation, or one before it when all that is asked is kept of that one and of no other. */
export function oneGeneration(queries: readonly Query[], { path, reader }: Pin): OneGeneration {
  const pinned = reader.generation.run;
  const run = keptOf(queries, path) ?? pinned;
  return {
    run,
    async answer(query, call) {
      const entry = path.peek(query);
      if (entry?.value.run !== run) return (await path.renew(query, call)).value;
      if (entry.freshness === 'stale') void path.ask(query, unlimited);
      return entry.value;
    },
  };
}

function keptOf(queries: readonly Query[], path: Pin['path']): RunId | undefined {
  const entries = queries.map((query) => path.peek(query));
  const run = entries[0]?.value.run;
  return entries.every((entry) => entry?.value.run === run && entry?.freshness !== 'expired') ? run : undefined;
}
