/** The lines of some customers as the file has them, and who there is. */
import { bucketOf } from '@segment-store/contract/bucket';
import { type CategoryRule, categoryOf } from '../categories.ts';
import type { Engine } from '../engine/duckdb.ts';
import { parquet } from '../orders.ts';
import type { RawLine } from './naive.ts';

/** Apart from rollouts and experiments, which divide the same customers. */
const SALT = 'verify';

/** Every customer number of the file whose hash falls into the first `share` of all. The same ones each time. */
export async function sampleCustomers(engine: Engine, orders: string, share: number): Promise<readonly string[]> {
  const rows = await engine.rows(`SELECT DISTINCT "CustomerID" FROM ${parquet(orders)}`);
  const ids = rows.flatMap(([value]) => customerId(value));
  return [...new Set(ids)].filter((id) => bucketOf(SALT, id) < share * 10_000).toSorted();
}

/** By customer. */
export async function rawLines(
  engine: Engine,
  orders: string,
  { customers, categories }: { readonly customers: ReadonlySet<string>; readonly categories: readonly CategoryRule[] },
): Promise<ReadonlyMap<string, readonly RawLine[]>> {
  const lines = new Map<string, RawLine[]>();
  const category = remembering((description) => categoryOf(description, categories));
  const sql = `SELECT "CustomerID", "InvoiceNo", CAST("InvoiceDate" AS VARCHAR), "UnitPrice", "Country", "Description"
    FROM ${parquet(orders)} WHERE "CustomerID" IN (${[...customers].filter(isNumber).join(', ') || 'NULL'})`;
  for await (const rows of engine.stream(sql)) {
    for (const [customer, invoice, at, price, country, description] of rows) {
      const [id] = customerId(customer);
      if (id === undefined) continue;
      const own = lines.get(id) ?? [];
      lines.set(id, own);
      own.push({
        invoice: textOf(invoice),
        orderedAt: utc(textOf(at)),
        price: price === null ? null : Number(price),
        country: textOf(country),
        category: category(textOf(description) ?? ''),
      });
    }
  }
  return lines;
}

/** 17850.0 is customer 17850, 17850.5 is nobody. */
function customerId(value: unknown): readonly string[] {
  const number = value === null ? Number.NaN : Number(value);
  return Number.isInteger(number) ? [String(number)] : [];
}

function utc(text: string | null): Date | undefined {
  const time = Date.parse(`${text?.replace(' ', 'T')}Z`);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Few products are ordered many times. */
function remembering(find: (text: string) => string): (text: string) => string {
  const found = new Map<string, string>();
  return (text) => {
    const value = found.get(text) ?? find(text);
    found.set(text, value);
    return value;
  };
}

const isNumber = (id: string): boolean => /^\d+$/.test(id);
const textOf = (value: unknown): string | null => (value === null ? null : String(value));
