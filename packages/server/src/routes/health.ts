/** For the supervisor of the server: nothing here touches the store. */
import type { components } from '@segment-store/contract/api.generated';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { json } from '../json.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';

type Readiness = components['schemas']['Readiness'];
type Startup = components['schemas']['Startup'];

export function healthRoutes(route: Route, serving: Serving, requests: Requests): void {
  route('getLiveness', (context) => {
    requests.noQuery(searchOf(context));
    return json({ status: 'live' });
  });
  route('getReadiness', (context) => {
    requests.noQuery(searchOf(context));
    const ready = serving.state.state === 'serving' || serving.state.state === 'switching';
    return json(readiness(serving), { status: ready ? 200 : 503 });
  });
  route('getStartup', (context) => {
    requests.noQuery(searchOf(context));
    if (serving.hasStarted) return json({ status: 'started' } satisfies Startup);
    const { detail } = serving.status();
    const body: Startup = { status: 'starting', ...(detail !== undefined && { detail }) };
    return json(body, { status: 503 });
  });
}

function readiness(serving: Serving): Readiness {
  const { state, detail, pinned } = serving.status();
  return { status: state, ...(pinned && { generation: pinned.run }), ...(detail !== undefined && { detail }) };
}
