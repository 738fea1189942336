/** For the supervisor of the server: nothing here touches the store. */
import type { components } from '@segment-store/contract/api.generated';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';

type Readiness = components['schemas']['Readiness'];

export function healthRoutes(route: Route, serving: Serving, requests: Requests): void {
  route('getLiveness', (context) => {
    requests.noQuery(searchOf(context));
    return Response.json({ status: 'live' });
  });
  route('getReadiness', (context) => {
    requests.noQuery(searchOf(context));
    const ready = serving.state.state === 'serving' || serving.state.state === 'switching';
    return Response.json(readiness(serving), { status: ready ? 200 : 503, headers: { 'Cache-Control': 'no-store' } });
  });
}

function readiness({ state, pin }: Serving): Readiness {
  if (state.state === 'starting') return { status: state.state, detail: state.why };
  const generation = pin && { generation: pin.reader.generation.run };
  if (state.state === 'switching') return { status: state.state, ...generation, detail: `opening ${state.next}` };
  const kept = pin?.isKept && { detail: 'from the state directory: the store was not reached yet' };
  return { status: state.state, ...generation, ...kept };
}
