/** Two answers for each customer → for each segment who is in both, and who in one only. */

export interface SegmentComparison {
  readonly segment: string;
  readonly both: number;
  /** By customer id. */
  readonly onlyOrders: readonly string[];
  readonly onlyServed: readonly string[];
}

export interface Sides {
  readonly customer: string;
  readonly orders: ReadonlySet<string>;
  readonly served: ReadonlySet<string>;
}

export class Comparison {
  readonly #segments = new Map<string, { both: number; onlyOrders: string[]; onlyServed: string[] }>();

  add({ customer, orders, served }: Sides): void {
    for (const segment of new Set([...orders, ...served])) {
      const found = this.#of(segment);
      if (!served.has(segment)) found.onlyOrders.push(customer);
      else if (!orders.has(segment)) found.onlyServed.push(customer);
      else found.both += 1;
    }
  }

  /** By id. */
  list(): readonly SegmentComparison[] {
    const all = [...this.#segments].map(([segment, found]) => ({ segment, ...found }));
    return all.toSorted((one, other) => (one.segment < other.segment ? -1 : 1));
  }

  #of(segment: string): { both: number; onlyOrders: string[]; onlyServed: string[] } {
    const found = this.#segments.get(segment) ?? { both: 0, onlyOrders: [], onlyServed: [] };
    this.#segments.set(segment, found);
    return found;
  }
}
