/** Faults between the client and its connections. */
import { sleep, type Time } from '@segment-store/resilience/time';
import type { HttpReply } from '../decode.ts';
import { tried } from '../errors.ts';
import type { HttpPool } from '../http.ts';
import { type FaultKind, KINDS, type ResolvedRates } from './rates.ts';
import { seeded } from './seeded.ts';

/** Counts of faults by kind. */
export type Injected = Readonly<Record<FaultKind, number>>;

export interface Chaos {
  around(pool: HttpPool): HttpPool;
  /** Other rates from now on, from the beginning of their seed. */
  set(rates: ResolvedRates): void;
  injected(): Injected;
}

type Send = HttpPool['send'];

export function chaoticPool(initial: ResolvedRates, time: Time): Chaos {
  const counts = { hang: 0, reset: 0, status: 0, malformed: 0, latency: 0 };
  let rates = initial;
  let random = seeded(rates.seed);
  return {
    around: (pool) => ({
      ...pool,
      async send(request, signal) {
        const kind = drawn(random(), rates);
        if (kind === undefined) return pool.send(request, signal);
        counts[kind] += 1;
        return faulty(kind, { send: pool.send, rates, time })(request, signal);
      },
    }),
    set(others) {
      rates = others;
      random = seeded(rates.seed);
    },
    injected: () => ({ ...counts }),
  };
}

/** `at` is from 0 to 1; which share of that line it falls on. */
function drawn(at: number, { shares }: ResolvedRates): FaultKind | undefined {
  let end = 0;
  return KINDS.find((kind) => {
    end += shares[kind];
    return at < end;
  });
}

interface Under {
  readonly send: Send;
  readonly rates: ResolvedRates;
  readonly time: Time;
}

/** What becomes of a request: the same failures and replies that the pool has for a real fault. */
function faulty(kind: FaultKind, { send, rates, time }: Under): Send {
  const faults: Readonly<Record<FaultKind, Send>> = {
    async hang(_, signal) {
      await sleep(Number.POSITIVE_INFINITY, signal, time);
      throw signal.reason;
    },
    async reset() {
      throw tried('NETWORK', 'connection failed (ECONNRESET, injected)', { fault: true, retryable: true });
    },
    status: async () => ({ status: rates.statusCode, headers: {}, text: '' }),
    async malformed(request, signal) {
      return halved(await send(request, signal));
    },
    async latency(request, signal) {
      await sleep(rates.latencyMs, signal, time);
      return send(request, signal);
    },
  };
  return faults[kind];
}

const halved = ({ text, ...reply }: HttpReply): HttpReply => ({ ...reply, text: text.slice(0, text.length / 2) });
