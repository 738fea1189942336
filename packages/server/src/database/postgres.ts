/** A Postgres: for several servers, and for what must survive a machine. */
import pg from 'pg';
import { answered } from './answered.ts';
import type { Database } from './database.ts';

const CONNECT_MS = 2_000;
const QUERY_MS = 5_000;

/** Connects when it is asked something, and again after a connection has ended. */
export function openPostgres(url: string, onTrouble: (error: unknown) => void): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    application_name: 'segment-server',
  });
  pool.on('error', onTrouble); // of a connection that nobody uses at the moment
  return {
    query: async (sql, values = []) => (await answered(pool.query(sql, [...values]))).rows,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
