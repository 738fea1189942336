/** openapi.yaml, for programs and for people. */
import type { Document } from '../document.ts';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { NO_SNIFF } from '../json.ts';
import type { Requests } from '../middleware/validate.ts';
import { createReference } from '../reference/page.ts';

export function documentRoutes(route: Route, requests: Requests, document: Document): void {
  const reference = createReference(document);
  route('getDocument', (context) => {
    requests.noQuery(searchOf(context));
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-cache', ...NO_SNIFF };
    return new Response(document.text, { headers });
  });
  route('getReference', async (context) => {
    requests.noQuery(searchOf(context));
    const { text, headers } = await reference;
    return new Response(text, { headers });
  });
}
