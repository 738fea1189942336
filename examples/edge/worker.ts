/**
 * An edge function that chooses a page by the segments of the customer whose id the cookie holds. For runtimes of the
 * web platform (Cloudflare Workers, Deno Deploy, Vercel Edge): no Node in it.
 */
// #region edge
import type { SegmentClient } from '@segment-store/sdk';
import { createSegmentClient } from '@segment-store/sdk/fetch';

interface Env {
  readonly SEGMENT_STORE_URL: string;
  readonly SEGMENT_STORE_KEY?: string;
}

/** One for all requests of an isolate: its cache is what makes it fast. */
let shared: SegmentClient | undefined;
const segmentsOf = ({ SEGMENT_STORE_URL, SEGMENT_STORE_KEY }: Env): SegmentClient => {
  shared ??= createSegmentClient({ baseUrl: SEGMENT_STORE_URL, apiKey: SEGMENT_STORE_KEY, deadlineMs: 50 });
  return shared;
};

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, customerId = ''] = /customer=([^;]+)/.exec(request.headers.get('cookie') ?? '') ?? [];
    const { member, servedFrom } = await segmentsOf(env).checkMember(customerId, 'recurrent-customers:country:France');
    return Response.json({ page: member ? '/fr/regulars' : '/', servedFrom });
  },
};
// #endregion
