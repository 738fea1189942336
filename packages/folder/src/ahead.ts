/** Bodies one after another, those to come being fetched meanwhile. */
import type { Call } from '@segment-store/resilience/operation';
import type { ByteRange } from './folder.ts';

type Read = (range: ByteRange, call: Call) => AsyncIterable<Uint8Array>;

/**
 * The bytes of all `ranges`, in order. While one is read, up to `ahead` more are fetched into memory: what is held is
 * never more than `ahead` ranges, however slow the reader. All bodies have ended when this has.
 */
export async function* fetchAhead(
  ranges: Iterator<ByteRange>,
  { read, ahead }: { readonly read: Read; readonly ahead: number },
  call: Call,
): AsyncGenerator<Uint8Array> {
  const left = new AbortController();
  const own: Call = { ...call, signal: AbortSignal.any([call.signal, left.signal]) };
  const fetching: Fetching[] = [];
  const ask = (most: number) => {
    while (fetching.length < most) {
      const next = ranges.next();
      if (next.done) return;
      fetching.push(new Fetching(read(next.value, own)));
    }
  };
  try {
    for (ask(1); fetching[0] !== undefined; ask(1)) {
      yield* fetching[0].held();
      ask(1 + ahead); // not before: what was held is gone now
      yield* fetching[0].rest();
      fetching.shift();
    }
  } finally {
    left.abort(new Error('nobody reads on'));
    await Promise.all(fetching.map((one) => one.close()));
  }
}

/** A body on its way into memory, until somebody reads it: from then on it comes as fast as it is taken. */
class Fetching {
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #chunks: Uint8Array[] = [];
  readonly #filled: Promise<void>;
  #isRead = false;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body[Symbol.asyncIterator]();
    this.#filled = this.#fill();
    this.#filled.catch(() => {}); // told to whoever reads it
  }

  async *held(): AsyncGenerator<Uint8Array> {
    this.#isRead = true;
    yield* this.#taken();
    await this.#filled;
    yield* this.#taken();
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let next = await this.#body.next(); next.done !== true; next = await this.#body.next()) yield next.value;
  }

  async close(): Promise<void> {
    await this.#filled.catch(() => {});
    await this.#body.return?.();
  }

  async #fill(): Promise<void> {
    while (!this.#isRead) {
      const next = await this.#body.next();
      if (next.done) return;
      this.#chunks.push(next.value);
    }
  }

  /** Lets go of each chunk as it is taken. */
  *#taken(): Generator<Uint8Array> {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) yield chunk;
  }
}
