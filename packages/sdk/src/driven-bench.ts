/** A client over a real socket, for the suite of all clients. */
import type { ServerResponse } from 'node:http';
import type { BenchOptions, ClientBench, Facts, FailureCode } from './client.suite.ts';
import {
  type Asked,
  drivenServer,
  type Handler,
  problem,
  type ReplyHead,
  reply,
  serving,
  skippingTime,
} from './driven-server.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import type { SegmentClient } from './reading-client.ts';

type Time = ReturnType<typeof skippingTime>;
export type MakeClient = (options: ResolvedOptions, time: Time) => SegmentClient;

/** How a service over HTTP ends as each code. */
const FAILURES: Readonly<Record<FailureCode, (response: ServerResponse) => void>> = {
  SERVER: (response) => reply(response, problem('internal', 500), { status: 500 }),
  UNAUTHORIZED: (response) => reply(response, problem('unauthorized', 401), { status: 401 }),
  THROTTLED: (response) => reply(response, problem('rate-limited', 429), { status: 429 }),
  PROTOCOL: (response) => reply(response, '<html>'),
  NETWORK: (response) => void response.destroy(),
};

/** Far above what a busy machine needs, where a test does not say otherwise. */
const UNHURRIED = { deadlineMs: 10_000 };

export const drivenBench =
  (makeClient: MakeClient) =>
  async (options: BenchOptions = {}): Promise<ClientBench> => {
    const customers = new Map<string, Facts>();
    const epochs = { epoch: 1, floor: 0 };
    const head = (): ReplyHead => ({
      headers: { 'segment-epoch': `${epochs.epoch}`, 'segment-epoch-floor': `${epochs.floor}`, ...lagging },
    });
    let lagging = {};
    const answers: Handler = (asked, response) => {
      if (asked.path.startsWith('/v1/segments')) return reply(response, { segments: [] }, head());
      serving((id) => customers.get(id) ?? { known: false, segmentIds: [] }, head())(asked, response);
    };
    let handle = answers;
    const server = await drivenServer((asked: Asked, response) => handle(asked, response));
    const time = skippingTime();
    const client = makeClient(resolveOptions({ baseUrl: server.url, ...UNHURRIED, ...options }), time);
    return {
      client,
      says: (id, facts) => void customers.set(id, facts),
      fails(code) {
        handle = (_, response) => FAILURES[code](response);
      },
      hangs() {
        handle = () => {};
      },
      lags() {
        lagging = { 'segment-stale': '?1', age: '7' };
      },
      heals() {
        handle = answers;
        lagging = {};
      },
      publishes() {
        epochs.epoch += 1;
      },
      rollsBack() {
        epochs.epoch += 1;
        epochs.floor = epochs.epoch;
      },
      pass: async (ms) => time.skip(ms),
      requests: () => server.requests.length,
      async [Symbol.asyncDispose]() {
        await client.close();
        await server[Symbol.asyncDispose]();
      },
    };
  };
