/**
 * A checkout that gives its best customers free delivery, and has 30 ms for finding out who they are, whatever becomes of
 * the segment service: node checkout.ts, then GET /checkout?customer=12583
 */
import { createServer } from 'node:http';
// #region checkout
import { createSegmentClient } from '@segment-store/sdk';

type Segment = 'recurrent-customers:country:France';

const segments = createSegmentClient<Segment>({
  baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080',
  deadlineMs: 30,
  fallback: [], // nobody is given what was not found out
});

/** In cents. Never rejects, and takes 30 ms at the longest. */
async function delivery(customerId: string): Promise<{ readonly cents: number; readonly servedFrom: string }> {
  const { member, servedFrom } = await segments.checkMember(customerId, 'recurrent-customers:country:France');
  return { cents: member ? 0 : 490, servedFrom };
}
// #endregion

const server = createServer(async (request, response) => {
  const customerId = new URL(request.url ?? '/', 'http://shop').searchParams.get('customer') ?? '';
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(await delivery(customerId)));
});
await segments.ready(); // connect before the first customer comes; without the service, begin all the same
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`listening on http://127.0.0.1:${address?.port}`);
});
process.once('SIGTERM', () => server.close(() => segments.close()));
