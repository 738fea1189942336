/** Who asks how much: requests by the name of their key, the twenty that ask most by name and all others together. */
import type { Count, Labels } from './cells.ts';

const SHOWN = 20;
/** More names than a keys file has; what comes later is among the others. */
const KNOWN = 1_000;
/** Of a name's weight, what a scrape leaves: who began to ask much is shown after a few. */
const KEPT = 0.98;

interface Asking {
  /** Not told yet. */
  since: number;
  weight: number;
  /** While it was shown: what it asked before is among the others for good, so that no count ever falls. */
  readonly told: Count;
}

export class KeyRequests {
  readonly names = ['key'] as const;
  readonly #all = new Map<string, Asking>();
  readonly #others: Count = { value: 0 };

  /** What a request pays is one look-up. */
  count(name: string): void {
    const asking = this.#all.get(name) ?? this.#added(name);
    if (asking === undefined) this.#others.value += 1;
    else asking.since += 1;
  }

  /** Of this moment: who is shown is decided anew each time. */
  list(): readonly { readonly labels: Labels; readonly cell: Count }[] {
    for (const asking of this.#all.values()) asking.weight = asking.weight * KEPT + asking.since;
    const heaviest = [...this.#all].sort(([, one], [, other]) => other.weight - one.weight);
    for (const [rank, [, asking]] of heaviest.entries()) {
      const cell = rank < SHOWN ? asking.told : this.#others;
      cell.value += asking.since;
      asking.since = 0;
    }
    const shown = heaviest.slice(0, SHOWN).map(([key, { told }]) => ({ labels: { key }, cell: told }));
    return this.#others.value === 0 ? shown : [...shown, { labels: { key: 'other' }, cell: this.#others }];
  }

  #added(name: string): Asking | undefined {
    if (this.#all.size >= KNOWN) return undefined;
    const asking = { since: 0, weight: 0, told: { value: 0 } };
    this.#all.set(name, asking);
    return asking;
  }
}
