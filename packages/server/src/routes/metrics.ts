/** Figures of all processes of this server. */
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { NO_SNIFF } from '../json.ts';
import type { Requests } from '../middleware/validate.ts';
import { CONTENT_TYPE } from '../telemetry/registry.ts';

export function metricsRoute(route: Route, requests: Requests, scrape: () => Promise<string>): void {
  route('getMetrics', async (context) => {
    requests.noQuery(searchOf(context));
    return new Response(await scrape(), { headers: { 'Content-Type': CONTENT_TYPE, ...NO_SNIFF } });
  });
}
