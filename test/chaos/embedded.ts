/** Services that embed the SDK, one at each server: what they notice where those who ask by themselves notice more. */
import { createSegmentClient } from '@segment-store/sdk';
import { clock } from './clock.ts';

/** One lookup of such a service. Times are of `clock.ts`. */
export interface EmbeddedLookup {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** False: its fallback had to do. */
  readonly isAnswered: boolean;
}

interface EmbeddedOptions {
  /** URLs. */
  readonly servers: readonly string[];
  readonly apiKey: string;
  /** Of all of them together. */
  readonly perSecond: number;
  /** Whom the next lookup is about. */
  next(): string;
  onLookup(lookup: EmbeddedLookup): void;
}

/** So that some lookups of popular customers go to the server, too. */
const FRESH_MS = 10_000;

/** Returns how to end it; what is under way is told yet. */
export function startEmbedded({ servers, apiKey, perSecond, next, onLookup }: EmbeddedOptions): () => Promise<void> {
  const clients = servers.map((baseUrl) => createSegmentClient({ baseUrl, apiKey, freshMs: FRESH_MS }));
  const underWay = new Set<Promise<void>>();
  let turn = 0;
  const ask = async () => {
    const [askedAt, client] = [clock(), clients[turn++ % clients.length]];
    const answer = await client?.lookup(next());
    onLookup({ askedAt, answeredAt: clock(), isAnswered: answer?.ok === true });
  };
  const asking = setInterval(() => {
    const asked: Promise<void> = ask().finally(() => underWay.delete(asked));
    underWay.add(asked);
  }, 1_000 / perSecond);
  return async () => {
    clearInterval(asking);
    await Promise.all(underWay);
    await Promise.all(clients.map((client) => client.close()));
  };
}
