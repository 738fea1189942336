/** Everybody in a segment, as a stream that ends where the list does, or breaks. */
import { type CustomerId, isSegmentId, type SegmentId } from '@segment-store/contract/id';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import { createLimiter, type Limiter } from '@segment-store/resilience/limit';
import { unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { Permit } from '../admission/admission.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import type { Context, Route } from '../handler.ts';
import { pinOf, searchOf } from '../hot-route.ts';
import { noSegmentId } from '../ids.ts';
import { NO_SNIFF } from '../json.ts';
import { segmentOf } from '../lookup/catalogue.ts';
import type { ErasedCustomers } from '../lookup/erased.ts';
import type { Pin } from '../lookup/pin.ts';
import { generationHeaders } from '../lookup/reply.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';

/** Each walks through a whole generation: more at once would leave nothing of the store to the lookups. */
const AT_ONCE = 4;
/** A client that takes nothing for so long holds a generation open for nothing. */
const TAKEN_WITHIN_MS = 60_000;

export interface MemberDeps {
  readonly serving: Serving;
  readonly requests: Requests;
  readonly erased: Pick<ErasedCustomers, 'has'>;
  readonly time: Time;
  report(error: unknown): void;
}

export function memberRoutes(route: Route, deps: MemberDeps): void {
  const { serving, requests } = deps;
  const limiter = createLimiter(AT_ONCE);
  route('listMembers', async (context, permit) => {
    const segmentId = context.req.param('segmentId');
    if (!isSegmentId(segmentId)) throw noSegmentId('segmentId of the path');
    requests.noQuery(searchOf(context));
    const pin = pinOf(serving);
    if (segmentOf(pin, segmentId).complementOf !== undefined) throw noList(segmentId);
    const headers = {
      'Content-Type': 'application/x-ndjson',
      'Cache-Control': 'no-store',
      ...NO_SNIFF,
      ...generationHeaders(pin, pin),
    };
    if (context.req.method === 'HEAD') return new Response(null, { headers });
    if (limiter.inFlight >= limiter.max) throw busy();
    const client = clientOf(context, deps);
    const lines = counted({ limiter, permit }, listOf(segmentId, { pin, signal: client.signal, ...deps }));
    // What fails from the start is a problem, not a stream that breaks.
    const first = await lines.next();
    return new Response(streamOf(first, lines, client), { headers });
  });
}

function noList(segmentId: SegmentId): ProblemError {
  const detail = `segment "${segmentId}" is a complement: its members are a rule, not a list`;
  return invalidRequest(`${detail}; ask for one customer's membership`, 422);
}

function busy(): ProblemError {
  const detail = `${AT_ONCE} lists of members are being read already; try again`;
  return new ProblemError('overloaded', { status: 503, detail, headers: { 'Retry-After': '5' } });
}

interface ListOptions extends Pick<MemberDeps, 'serving' | 'erased'> {
  readonly pin: Pin;
  readonly signal: AbortSignal;
}

interface Counts {
  readonly limiter: Limiter;
  readonly permit: Pick<Permit, 'hold'>;
}

type Lines = AsyncGenerator<Uint8Array<ArrayBuffer>>;

const utf8 = new TextEncoder();
const lineOf = (customerId: CustomerId): string => `{"customerId":${JSON.stringify(customerId)}}\n`;

async function* listOf(segmentId: SegmentId, { pin, signal, serving, erased }: ListOptions): Lines {
  for await (const page of pin.reader.membersOf(segmentId, { ...unlimited, signal })) {
    if (serving.isWithdrawn(pin)) throw new Failure('UNAVAILABLE', 'the generation was withdrawn meanwhile');
    // The page may be older than an erasure.
    const members = page.filter((customerId) => !erased.has(customerId));
    yield utf8.encode(members.map(lineOf).join(''));
  }
}

/** To its end: among the lists, and among the requests of its caller. */
async function* counted({ limiter, permit }: Counts, lines: Lines): Lines {
  limiter.inFlight += 1;
  const release = permit.hold();
  try {
    yield* lines;
  } finally {
    limiter.inFlight -= 1;
    release();
  }
}

/** Whoever takes the stream. */
interface Client {
  /** Aborts when it has left, or takes nothing any more. */
  readonly signal: AbortSignal;
  /** It has time to take what it was given; returns that it asked for more. */
  waitsFor(): () => void;
  /** It must not take for whole what it has got. */
  breakOff(error: unknown): boolean;
}

function clientOf(context: Context, { time, report }: MemberDeps): Client {
  const stalled = new AbortController();
  const breakOff = (error: unknown): boolean => {
    if (!isFailure(error)) report(error);
    // A connection that only ends would be a whole list to a client that knows no chunks.
    const socket = context.env?.outgoing?.socket;
    if (socket && 'resetAndDestroy' in socket) socket.resetAndDestroy();
    return Boolean(socket);
  };
  return {
    signal: AbortSignal.any([context.req.raw.signal, stalled.signal]),
    waitsFor: () =>
      time.after(TAKEN_WITHIN_MS, () => {
        const failure = new Failure('TIMEOUT', `nothing was taken for ${TAKEN_WITHIN_MS} ms`);
        stalled.abort(failure);
        breakOff(failure);
      }),
    breakOff,
  };
}

/** A page is read when the client has taken the one before. */
function streamOf(first: IteratorResult<Uint8Array<ArrayBuffer>>, lines: Lines, client: Client): ReadableStream {
  let given: typeof first | undefined = first;
  let asksForMore = client.waitsFor();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        asksForMore();
        try {
          const { done, value } = given ?? (await lines.next());
          given = undefined;
          if (done) return controller.close();
          controller.enqueue(value);
          asksForMore = client.waitsFor();
        } catch (error) {
          if (client.breakOff(error)) controller.close();
          else controller.error(error);
        }
      },
      async cancel() {
        asksForMore();
        await lines.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
