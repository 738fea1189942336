/** The order lines: which columns they have, which lines do not count, and what their products are. */
import { access } from 'node:fs/promises';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type CategoryRule, categoryOf } from './categories.ts';
import { type Engine, EngineError } from './engine/duckdb.ts';
import { instant, linesForm, literal } from './engine/forms.ts';

/** Dimensions an order line has a value of; another one cannot be calculated from this file. */
export const ORDER_DIMENSIONS = ['country', 'category'] as const;

/** Lines that do not count, by why; a line counts once, for the first reason in this order. */
const exclusions = {
  cancelled: "invoice LIKE 'C%'",
  'no-customer': 'customer_given IS NULL',
  'no-price': 'price <= 0',
  unreadable: 'customer IS NULL OR invoice IS NULL OR price IS NULL OR ordered_at IS NULL',
};
type Exclusion = keyof typeof exclusions;

export interface OrderCounts {
  readonly lines: number;
  readonly excluded: Readonly<Record<Exclusion, number>>;
  /** Good lines at or after the as-of instant: not wrong, only later. */
  readonly later: number;
  readonly customers: number;
}

const SOURCE_COLUMNS = ['CustomerID', 'InvoiceNo', 'InvoiceDate', 'UnitPrice', 'Country', 'Description'];
// Customer numbers may be stored as doubles: 17850.0 is customer 17850, 17850.5 is nobody.
const columns = {
  customer_given: '"CustomerID"',
  customer: `CASE WHEN TRY_CAST("CustomerID" AS DOUBLE) = TRY_CAST("CustomerID" AS BIGINT)
    THEN CAST(TRY_CAST("CustomerID" AS BIGINT) AS VARCHAR) END`,
  invoice: 'CAST("InvoiceNo" AS VARCHAR)',
  ordered_at: 'TRY_CAST("InvoiceDate" AS TIMESTAMP)',
  price: 'TRY_CAST("UnitPrice" AS DOUBLE)',
  country: 'CAST("Country" AS VARCHAR)',
  description: `COALESCE(CAST("Description" AS VARCHAR), '')`,
};

export function excludedLines({ excluded }: OrderCounts): number {
  return Object.values(excluded).reduce((sum, lines) => sum + lines, 0);
}

export interface OrderSource {
  /** Path of the Parquet file. */
  readonly orders: string;
  readonly asOf: Date;
  readonly categories: readonly CategoryRule[];
}

/** What SQL reads the file by. */
export const parquet = (file: string): string => `read_parquet(${literal(file)})`;

/** Reads the file into table `lines`, its products into table `products`. @throws CommandError `input` */
export async function readOrders(engine: Engine, { orders, asOf, categories }: OrderSource): Promise<OrderCounts> {
  const source = parquet(orders);
  await checkOrders(engine, orders);
  const later = `ordered_at >= ${instant(asOf)}`;
  await engine.run(linesForm({ source, columns, exclusions: { ...exclusions, later } }));
  await engine.run('CREATE TEMP TABLE products (description VARCHAR, category VARCHAR)');
  const described = await engine.rows('SELECT DISTINCT description FROM lines WHERE excluded IS NULL');
  const products = described.map(([text]) => [String(text), categoryOf(String(text), categories)]);
  await engine.insert('products', products);
  return countLines(engine);
}

/** It is there, and has the columns. @throws CommandError `input` */
export async function checkOrders(engine: Engine, file: string): Promise<void> {
  const described = await describe(engine, file);
  const absent = SOURCE_COLUMNS.filter((column) => !described.includes(column));
  if (absent.length === 0) return;
  const found = described.join(', ');
  throw new CommandError(exitCode.input, `orders ${file} lacks the column ${absent.join(', ')}; it has ${found}`);
}

async function describe(engine: Engine, file: string): Promise<readonly string[]> {
  try {
    await access(file);
  } catch (cause) {
    throw new CommandError(exitCode.input, `orders ${file} cannot be read: no such file, or not allowed`, { cause });
  }
  try {
    return (await engine.rows(`DESCRIBE SELECT * FROM ${parquet(file)}`)).map(([name]) => String(name));
  } catch (cause) {
    if (!(cause instanceof EngineError) || cause.outOfMemory) throw cause;
    throw new CommandError(exitCode.input, `orders ${file} is not a readable Parquet file`, { cause });
  }
}

async function countLines(engine: Engine): Promise<OrderCounts> {
  const sql = 'SELECT excluded, count(*), count(DISTINCT customer) FROM lines GROUP BY excluded';
  const groups = new Map<string | null, readonly [number, number]>();
  for (const [reason, lines, customers] of await engine.rows(sql)) {
    groups.set(reason === null ? null : String(reason), [Number(lines), Number(customers)]);
  }
  const linesOf = (reason: string | null) => groups.get(reason)?.[0] ?? 0;
  return {
    lines: [...groups.values()].reduce((sum, [lines]) => sum + lines, 0),
    excluded: {
      cancelled: linesOf('cancelled'),
      'no-customer': linesOf('no-customer'),
      'no-price': linesOf('no-price'),
      unreadable: linesOf('unreadable'),
    },
    later: linesOf('later'),
    customers: groups.get(null)?.[1] ?? 0,
  };
}
