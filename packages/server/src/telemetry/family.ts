/** Figures by label values: found without building a key, and never more of them than a bound. */

export type Labels = Readonly<Record<string, string>>;

/** The label values of everything beyond the bound. */
const OTHER = 'other';

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
