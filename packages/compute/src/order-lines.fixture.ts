/** Order lines for tests: a Parquet file with the columns and types of the bundled one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openDuckDb } from './engine/duckdb.ts';

export interface OrderLine {
  readonly customer?: string | null;
  readonly invoice?: string | null;
  readonly at?: string | null;
  readonly price?: number | null;
  readonly country?: string | null;
  readonly description?: string | null;
}

const usual: Required<OrderLine> = {
  customer: '1',
  invoice: '100',
  at: '2026-01-15 12:00:00',
  price: 1,
  country: 'France',
  description: 'RED MUG',
};

export function testEngine(threads = 2): Promise<Engine> {
  const { signal } = new AbortController();
  return openDuckDb({ memoryLimit: '512MB', threads, tempDir: tmpdir(), maxTempSize: '1GB', signal });
}

export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

export async function scratchDirectory(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'compute-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** `columns`: a column of the file → its expression, when not as usual; undefined leaves it out. */
export async function writeOrders(
  path: string,
  lines: readonly OrderLine[],
  columns: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  await using engine = await testEngine();
  const values = lines.map(
    (line) =>
      `(${Object.values({ ...usual, ...line })
        .map(toSql)
        .join()})`,
  );
  const expressions = {
    InvoiceNo: 'CAST(invoice AS VARCHAR)',
    Description: 'CAST(description AS VARCHAR)',
    InvoiceDate: 'CAST(at_text AS VARCHAR)',
    UnitPrice: 'CAST(price AS DOUBLE)',
    CustomerID: 'CAST(customer AS DOUBLE)',
    Country: 'CAST(country AS VARCHAR)',
    ...columns,
  };
  const selected = Object.entries(expressions).flatMap(([name, sql]) => (sql === undefined ? [] : `${sql} AS ${name}`));
  const names = 'customer, invoice, at_text, price, country, description';
  const rows = `SELECT ${selected.join()} FROM (VALUES ${values.join()}) AS line(${names})`;
  await engine.run(`COPY (${rows}) TO ${toSql(path)} (FORMAT parquet)`);
}

function toSql(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
