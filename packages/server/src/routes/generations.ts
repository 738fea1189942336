/** What was loaded and published. */
import type { components } from '@segment-store/contract/api.generated';
import { bounded } from '@segment-store/resilience/deadline';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { GENESIS, type Generation, type Live, type StorePublisher } from '@segment-store/store/store';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { json } from '../json.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';
import { toJson } from './generation-json.ts';

type Schemas = components['schemas'];

/** For people and tools, not for lookups: the store may take its time. */
const STORE_MS = 5_000;

export interface GenerationDeps {
  readonly serving: Serving;
  readonly requests: Requests;
  readonly publisher: Pick<StorePublisher, 'live' | 'generations' | 'heldSince'>;
}

export function generationRoutes(route: Route, { serving, requests, publisher }: GenerationDeps): void {
  route('listGenerations', async (context) => {
    requests.noQuery(searchOf(context));
    const { live, heldSince, held } = await lookAtStore(publisher, {
      ...unlimited,
      signal: context.req.raw.signal,
    });
    const body: Schemas['GenerationList'] = {
      ...served(serving),
      live: toPointer(live),
      ...(heldSince && { heldSince: heldSince.toISOString() }),
      generations: held.map(toJson),
    };
    return json(body);
  });
}

export interface Held {
  readonly live: Live;
  readonly heldSince: Date | undefined;
  /** Newest first. */
  readonly held: readonly Generation[];
}

/** At all that the store holds, in bounded time. */
export const lookAtStore = (publisher: GenerationDeps['publisher'], call: Call): Promise<Held> =>
  bounded(STORE_MS, () => look(publisher), call);

async function look(publisher: GenerationDeps['publisher']): Promise<Held> {
  const [live, heldSince, all] = await Promise.all([publisher.live(), publisher.heldSince(), publisher.generations()]);
  const held = all.filter(({ run }) => run !== GENESIS).sort((a, b) => (a.run < b.run ? 1 : -1));
  return { live, heldSince, held };
}

function toPointer({ generation: { run }, epoch, floor }: Live): Schemas['GenerationList']['live'] {
  return { ...(run !== GENESIS && { generation: run }), epoch, floor };
}

function served({ pin }: Serving): Pick<Schemas['GenerationList'], 'served'> {
  if (pin === undefined) return {};
  const { reader, epoch, floor } = pin;
  return { served: { generation: reader.generation.run, epoch, floor } };
}
