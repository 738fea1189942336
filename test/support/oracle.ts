/** What every customer's segments must be, by plain SQL that shares nothing with the product. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const example = fileURLToPath(new URL('../../examples/online-retail', import.meta.url));
const CUSTOMERS = `SELECT DISTINCT CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) FROM 'orders.parquet'
  WHERE CustomerID IS NOT NULL AND left(InvoiceNo, 1) <> 'C' AND UnitPrice > 0`;

/** Every customer of the bundled orders with the segments of the bundled definitions as of 2011-12-10. */
export async function membershipsByPlainSql(): Promise<ReadonlyMap<string, readonly string[]>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`SET file_search_path = '${example}'`);
  const customers = (await connection.runAndReadAll(CUSTOMERS)).getRows();
  const pairs = (await connection.runAndReadAll(await readFile(`${example}/oracle.sql`, 'utf8'))).getRows();
  const memberships = Map.groupBy(pairs, ([customer]) => `${customer}`);
  const segmentsOf = (customer: string) => (memberships.get(customer) ?? []).map(([, segment]) => `${segment}`);
  return new Map(customers.map(([customer]) => [`${customer}`, segmentsOf(`${customer}`)]));
}
