/** What was loaded and published. */
import type { components } from '@segment-store/contract/api.generated';
import { deadline } from '@segment-store/resilience/deadline';
import { stack, unlimited } from '@segment-store/resilience/operation';
import { GENESIS, type Generation, type StoreReader } from '@segment-store/store/store';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';

type Schemas = components['schemas'];

/** For people and tools, not for lookups: the store may take its time. */
const STORE_MS = 5_000;

export interface GenerationDeps {
  readonly serving: Serving;
  readonly requests: Requests;
  readonly store: StoreReader;
}

export function generationRoutes(route: Route, { serving, requests, store }: GenerationDeps): void {
  const list = stack<void, readonly Generation[]>([deadline(STORE_MS)], (_, call) => store.generations(call));
  route('listGenerations', async (context) => {
    requests.noQuery(searchOf(context));
    const held = await list(undefined, { ...unlimited, signal: context.req.raw.signal });
    const published = held.filter(({ run }) => run !== GENESIS);
    const body: Schemas['GenerationList'] = {
      ...served(serving),
      generations: published.sort((a, b) => (a.run < b.run ? 1 : -1)).map(toJson),
    };
    return Response.json(body, { headers: { 'Cache-Control': 'no-store' } });
  });
}

function served({ pin }: Serving): Pick<Schemas['GenerationList'], 'served'> {
  if (pin === undefined) return {};
  const { reader, epoch, floor } = pin;
  return { served: { generation: reader.generation.run, epoch, floor } };
}

function toJson(generation: Generation): Schemas['Generation'] {
  const { run, state, computedAt, members, memberships, segments, expectedEvery } = generation;
  return {
    run,
    state,
    computedAt: computedAt.toISOString(),
    members,
    memberships,
    segments,
    ...(expectedEvery !== undefined && { expectedEvery }),
    ...('publishedAt' in generation && { publishedAt: generation.publishedAt.toISOString() }),
    ...('retiredAt' in generation && { retiredAt: generation.retiredAt.toISOString() }),
  };
}
