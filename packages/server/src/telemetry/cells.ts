/** The plain numbers a request touches: found by label values without building a key, and never more than a bound. */

export type Labels = Readonly<Record<string, string>>;

export interface Count {
  value: number;
}

/** How often which durations were seen: what a request pays is one walk over a few numbers. */
export class Buckets {
  /** Upper bounds in seconds, rising. */
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(seconds: number): void {
    const { bounds } = this;
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** Of `n` seconds or less, for each bound; the last is the count of all. */
  get cumulative(): readonly number[] {
    let total = 0;
    return Array.from(this.#counts, (count) => {
      total += count;
      return total;
    });
  }

  get sum(): number {
    return this.#sum;
  }
}

/** The label values of everything beyond the bound. */
const OTHER = 'other';

/** Cells of one kind, each for other label values. */
export class Family<Cell> {
  readonly names: readonly [string, string, ...string[]];
  readonly #create: (labels: Labels) => Cell;
  readonly #max: number;
  readonly #cells: { readonly labels: Labels; readonly cell: Cell }[] = [];
  readonly #tables = new Map<string, Map<string, Map<string, Cell>>>();
  #other: Cell | undefined;

  /** Of at most `max` combinations of label values; what comes later shares one cell, its labels all `other`. */
  constructor(names: readonly [string, string, ...string[]], max: number, create: (labels: Labels) => Cell) {
    [this.names, this.#max, this.#create] = [names, max, create];
  }

  /** Looks up by the first two labels, the others bound: two small maps are all that a request walks. */
  bind(...bound: readonly string[]): (first: string, second: string) => Cell {
    const key = bound.join('\n');
    const table = this.#tables.get(key) ?? new Map<string, Map<string, Cell>>();
    this.#tables.set(key, table);
    return (first, second) => table.get(first)?.get(second) ?? this.#grown(table, [first, second, ...bound]);
  }

  /** In the order in which they were first seen. */
  list(): readonly { readonly labels: Labels; readonly cell: Cell }[] {
    return this.#cells;
  }

  #grown(table: Map<string, Map<string, Cell>>, values: readonly [string, string, ...string[]]): Cell {
    const [first, second] = values;
    const cell = this.#cells.length < this.#max - 1 ? this.#added(values) : this.#shared();
    const row = table.get(first) ?? new Map<string, Cell>();
    table.set(first, row.set(second, cell));
    return cell;
  }

  #shared(): Cell {
    this.#other ??= this.#added(this.names.map(() => OTHER));
    return this.#other;
  }

  #added(values: readonly string[]): Cell {
    const labels = Object.fromEntries(this.names.map((name, index) => [name, values[index] ?? OTHER]));
    const cell = this.#create(labels);
    this.#cells.push({ labels, cell });
    return cell;
  }
}
