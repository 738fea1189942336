/** Effects of the last pairs of generations that somebody asked for: generations never change, so neither do they. */
import type { RunId } from '@segment-store/contract/id';
import { bounded } from '@segment-store/resilience/deadline';
import type { Call } from '@segment-store/resilience/operation';
import type { Reader, StoreReader } from '@segment-store/store/store';
import type { Serving } from '../lookup/serving.ts';
import { type Effect, effectOf } from './effect.ts';

/** Catalogues of a hundred thousand segments are read. */
const OPEN_MS = 20_000;
const MOST_PAIRS = 4;
export const LARGEST = 20;

export interface EffectsDeps {
  readonly serving: Serving;
  readonly reader: Pick<StoreReader, 'open'>;
}

export class Effects {
  readonly #deps: EffectsDeps;
  readonly #known = new Map<string, Promise<Effect>>();

  constructor(deps: EffectsDeps) {
    this.#deps = deps;
  }

  /** Of `after` in place of `before`. One pair at a time: a catalogue is large. */
  of(before: RunId, after: RunId): Promise<Effect> {
    const key = `${before} ${after}`;
    const known = this.#known.get(key) ?? this.#next(before, after);
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_PAIRS && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  async #next(before: RunId, after: RunId): Promise<Effect> {
    await Promise.allSettled(this.#known.values());
    return bounded(OPEN_MS, (call) => this.#found(before, after, call));
  }

  async #found(before: RunId, after: RunId, call: Call): Promise<Effect> {
    await using one = await this.#open(before, call);
    await using other = await this.#open(after, call);
    return await effectOf(one.catalogue, other.catalogue, LARGEST);
  }

  /** What is served already is not read again, nor closed. */
  async #open(run: RunId, call: Call): Promise<Pick<Reader, 'catalogue'> & AsyncDisposable> {
    const served = this.#deps.serving.pin?.reader;
    if (served?.generation.run !== run) return this.#deps.reader.open(run, call);
    return { catalogue: served.catalogue, async [Symbol.asyncDispose]() {} };
  }
}
