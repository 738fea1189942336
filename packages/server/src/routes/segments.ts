/** The catalogue of the served generation. */
import type { components } from '@segment-store/contract/api.generated';
import { isSegmentId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import type { Route } from '../handler.ts';
import { pinOf, searchOf } from '../hot-route.ts';
import { noSegmentId } from '../ids.ts';
import { json } from '../json.ts';
import { summary } from '../lookup/answer.ts';
import { pageOf, segmentOf } from '../lookup/catalogue.ts';
import type { Pin } from '../lookup/pin.ts';
import { generationHeaders } from '../lookup/reply.ts';
import { toFilters } from '../lookup/select.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';

type Schemas = components['schemas'];

export function segmentRoutes(route: Route, serving: Serving, requests: Requests): void {
  route('listSegments', async (context) => {
    const { q: text, cursor, limit = 50, ...values } = requests.listSegments(searchOf(context));
    const pin = pinOf(serving);
    const page = await pageOf(pin.reader, { filters: toFilters(values), text, cursor, limit });
    return answer(pin, { ...of(pin), ...page, segments: page.segments.map(toJson) } satisfies Schemas['SegmentPage']);
  });

  route('getSegment', (context) => {
    const segmentId = context.req.param('segmentId') ?? '';
    if (!isSegmentId(segmentId)) throw noSegmentId('segmentId of the path');
    requests.noQuery(searchOf(context));
    const pin = pinOf(serving);
    const segment = toJson(segmentOf(pin, segmentId));
    return answer(pin, { ...segment, ...of(pin) } satisfies Schemas['SegmentOfGeneration']);
  });
}

function of({ reader }: Pin): { generation: string; computedAt: string } {
  const { run, computedAt } = reader.generation;
  return { generation: run, computedAt: computedAt.toISOString() };
}

function toJson(segment: Segment): Schemas['Segment'] {
  const { size, asOf, definition, definitionVersion, complementOf, universe } = segment;
  return {
    ...summary(segment),
    size,
    asOf: asOf.toISOString(),
    ...(definition !== undefined && { definition }),
    ...(definitionVersion !== undefined && { definitionVersion }),
    ...(complementOf !== undefined && { complementOf }),
    ...(universe !== undefined && { universe }),
  };
}

function answer(pin: Pin, body: object): Response {
  return json(body, { headers: { ...generationHeaders(pin, pin), 'Cache-Control': 'private, no-cache' } });
}
