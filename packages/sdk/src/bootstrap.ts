/** What a client begins with before it has asked: answers that an earlier client kept. */
import type { Time } from '@segment-store/resilience/time';
import type { ReplyCache } from './cache.ts';
import type { Intern } from './decode.ts';
import { type Epochs, recall } from './epochs.ts';
import { asNames } from './fallback.ts';
import type { Answer, Reply } from './lookup.ts';

/** Plain data, so that it can be written down; `./snapshot` keeps it in a file. It holds customer ids. */
export interface Bootstrap {
  /** `baseUrl`, without a slash at its end: answers of another service are not used. */
  readonly service: string;
  /** Newest epoch that was known. */
  readonly latest: number;
  /** Oldest epoch whose answers may be served. */
  readonly floor: number;
  /** The most recently used first. */
  readonly answers: readonly KeptAnswer[];
}

/** One customer's answer, with what its age and its generation are told by. */
export interface KeptAnswer extends Answer {
  /** Whose it is. */
  readonly customerId: string;
  /** Of its generation: raised by every publish and roll back. */
  readonly epoch: number;
  /** When the service said so: milliseconds of the wall clock, which the next process shares. */
  readonly answeredAt: number;
}

export interface Keeping<S extends string> {
  readonly service: string;
  readonly kept: ReplyCache<string, Reply<Answer<S>>>;
  readonly epochs: Epochs;
}

export function takeBootstrap<S extends string>({ service, kept, epochs }: Keeping<S>): Bootstrap {
  const now = Date.now();
  const answers = kept.entries().map(([customerId, { value, ageMs }]) => {
    const { segmentIds, known, complete, generation, computedAt, epoch } = value;
    const answeredAt = now - ageMs - value.ageMs;
    return { customerId, segmentIds, known, complete, generation, computedAt, epoch, answeredAt };
  });
  return { service, latest: epochs.latest, floor: epochs.floor, answers };
}

/** Answers whether there was any of this service that may be served. */
export function useBootstrap<S extends string>(
  { answers, ...told }: Bootstrap,
  { service, kept, epochs }: Keeping<S>,
  { intern, time }: { readonly intern: Intern<S>; readonly time: Time },
): boolean {
  if (told.service !== service) return false;
  recall(epochs, told, time.now());
  for (const { customerId, answeredAt, segmentIds, ...facts } of answers.toReversed()) {
    const reply = {
      ...facts,
      segmentIds: intern(asNames<S>(segmentIds) ?? []),
      ageMs: 0,
      outdated: false,
      bootstrap: true,
    };
    kept.restore(customerId, reply, Math.max(0, Date.now() - answeredAt));
  }
  return kept.size().entries > 0;
}
