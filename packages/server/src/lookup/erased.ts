/** Customers who were erased are strangers, whatever a cache or a snapshot of an index still holds of them. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Cached, Entry } from '@segment-store/resilience/cached';
import type { Call, Operation } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import { type Erased, nobodyErased } from '@segment-store/store/erased-list';
import type { ErasureReceipt, Erasures } from '@segment-store/store/store';
import type { Encoded, Query } from './read-path.ts';

export interface ErasedDeps {
  readonly erasures: Pick<Erasures, 'add' | 'list' | 'follow'>;
  /** The list as a server before this one knew it; it holds until the store has said its own. Default: nobody. */
  readonly kept?: Erased;
  /** How long to wait before a list that could not be followed is tried again. */
  readonly retryMs: number;
  onTrouble(error: unknown): void;
}

/** The store's list, as this server knows it: as old as its looks at the store are apart. */
export class ErasedCustomers {
  readonly #deps: ErasedDeps;
  readonly #hearers: ((erased: Erased) => void)[] = [];
  #erased: Erased;
  /** Of the store's list; nobody leaves it, so a shorter one was read before. */
  #learnt = -1;

  constructor(deps: ErasedDeps) {
    this.#deps = deps;
    this.#erased = deps.kept ?? nobodyErased;
  }

  get size(): number {
    return this.#erased.size;
  }

  /** About 1 µs; nothing while nobody was erased. */
  has(customerId: CustomerId): boolean {
    return this.#erased.size > 0 && this.#erased.has(customerId);
  }

  /** Calls `hear` with the list as often as it has become another one. */
  whenChanged(hear: (erased: Erased) => void): void {
    this.#hearers.push(hear);
  }

  /** Erases in the store; this server knows it when it settles, the others when they look next. */
  async add(customerId: CustomerId, call: Call): Promise<ErasureReceipt> {
    const receipt = await this.#deps.erasures.add([customerId], call);
    // The receipt stands: that list comes with the next look, too.
    await this.#deps.erasures.list(call).then((erased) => this.#learn(erased), this.#deps.onTrouble);
    return receipt;
  }

  /** Until the call is aborted. What is known stays known, whatever happens to the store. */
  async follow(call: Call): Promise<void> {
    while (!call.signal.aborted) {
      try {
        for await (const erased of this.#deps.erasures.follow(call)) this.#learn(erased);
      } catch (error) {
        if (call.signal.aborted) return;
        this.#deps.onTrouble(error);
        await sleep(this.#deps.retryMs, call.signal).catch(() => 'aborted: the loop ends');
      }
    }
  }

  #learn(erased: Erased): void {
    if (erased.size <= this.#learnt) return;
    this.#learnt = erased.size;
    this.#erased = erased;
    for (const hear of this.#hearers) hear(erased);
  }
}

/** Outside of every tier. `stranger` is what a generation says of a customer whom it does not have. */
export function withoutErased(
  { peek, ask, renew }: Cached<Query, Encoded>,
  erased: Pick<ErasedCustomers, 'has'>,
  stranger: (query: Query) => Encoded,
): Cached<Query, Encoded> {
  const asStranger = (query: Query) => ({ value: stranger(query), freshness: 'fresh', ageMs: 0 }) as const;
  const guarded = (read: Operation<Query, Entry<Encoded>>) => async (query: Query, call: Call) => {
    if (erased.has(query.customerId)) return asStranger(query);
    const entry = await read(query, call);
    // Erased while it was read.
    return erased.has(query.customerId) ? asStranger(query) : entry;
  };
  return {
    peek: (query) => (erased.has(query.customerId) ? undefined : peek(query)),
    ask: guarded(ask),
    renew: guarded(renew),
  };
}
