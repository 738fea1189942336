/** Postgres within this process, in a directory: for one server on one machine. It takes seconds and 400 MB to start. */
import { PGlite } from '@electric-sql/pglite';
import { answered } from './answered.ts';
import type { Database } from './database.ts';

export async function openPglite(directory: string): Promise<Database> {
  const lite = await answered(PGlite.create(directory));
  return {
    query: async (sql, values = []) => (await answered(lite.query<Record<string, unknown>>(sql, [...values]))).rows,
    [Symbol.asyncDispose]: () => lite.close(),
  };
}
