/** For the supervisor of the server: nothing here touches the store. */
import type { components } from '@segment-store/contract/api.generated';
import type { Hono } from 'hono';
import type { Env } from '../hot-route.ts';
import type { Serving } from '../lookup/serving.ts';

type Readiness = components['schemas']['Readiness'];

export function healthRoutes(app: Hono<Env>, serving: Serving): void {
  app.get('/livez', () => Response.json({ status: 'live' }));
  app.get('/readyz', () => {
    const ready = serving.state.state === 'serving' || serving.state.state === 'switching';
    return Response.json(readiness(serving), { status: ready ? 200 : 503, headers: { 'Cache-Control': 'no-store' } });
  });
}

function readiness({ state, pin }: Serving): Readiness {
  if (state.state === 'starting') return { status: state.state, detail: state.why };
  const generation = pin && { generation: pin.reader.generation.run };
  if (state.state === 'switching') return { status: state.state, ...generation, detail: `opening ${state.next}` };
  return { status: state.state, ...generation };
}
