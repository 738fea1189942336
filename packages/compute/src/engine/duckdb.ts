/** The SQL engine: DuckDB in memory, spilling to a scratch directory. The only file that knows DuckDB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

type Value = string | number | bigint | boolean | null;
export type Row = readonly Value[];

export interface Engine extends AsyncDisposable {
  /** @throws EngineError, as every method does; when the signal aborts, its reason */
  run(sql: string): Promise<void>;
  /** All rows at once: for results known to be small. */
  rows(sql: string): Promise<readonly Row[]>;
  /** Rows in order, in batches, never all at once. */
  stream(sql: string): AsyncIterable<readonly Row[]>;
  /** Rows of texts and whole numbers, in the order of the table's columns. */
  insert(table: string, rows: Iterable<readonly (string | number)[]>): Promise<void>;
}

/** A statement that failed, and not because it was stopped. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly outOfMemory: boolean;

  constructor(cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(message, { cause });
    this.outOfMemory = message.startsWith('Out of Memory Error');
  }
}

export interface EngineOptions {
  /** What DuckDB's buffers may hold, as in `2GB`; the process is larger by its own heap. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Scratch goes into a directory of its own in here, removed at the end. */
  readonly tempDir: string;
  /** What scratch may take, as in `20GB`. Without it DuckDB would take 90 % of the disk. */
  readonly maxTempSize: string;
  /** Ends the running statement. */
  readonly signal: AbortSignal;
}

export async function openDuckDb({ signal, ...options }: EngineOptions): Promise<Engine> {
  const scratch = await mkdtemp(join(options.tempDir, 'segment-compute-'));
  const removeScratch = () => rm(scratch, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(':memory:', settings(scratch, options)).catch(async (error: unknown) => {
    await removeScratch();
    throw new EngineError(error);
  });
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  return {
    async run(sql) {
      await stoppable(signal, () => connection.run(sql));
    },
    async rows(sql) {
      const rows = await stoppable(signal, async () => (await connection.run(sql)).getRows());
      return rows.map((row) => row.map(toValue));
    },
    stream: (sql) => streamRows(connection, sql, signal),
    insert: (table, rows) => stoppable(signal, () => insertRows(connection, table, rows)),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
      await removeScratch();
    },
  };
}

function settings(scratch: string, options: Omit<EngineOptions, 'signal'>): Record<string, string> {
  return {
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    temp_directory: scratch,
    max_temp_directory_size: options.maxTempSize,
    // Where order matters, SQL says so; keeping the order of the file would cost memory.
    preserve_insertion_order: 'false',
    // An extension would be a download.
    autoinstall_known_extensions: 'false',
  };
}

/** Rejects with the signal's reason when that is why it ended, else with an `EngineError`. */
async function stoppable<T>(signal: AbortSignal, statement: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await statement();
  } catch (cause) {
    signal.throwIfAborted();
    throw new EngineError(cause);
  }
}

async function* streamRows(connection: DuckDBConnection, sql: string, signal: AbortSignal): AsyncIterable<Row[]> {
  const result = await stoppable(signal, () => connection.stream(sql));
  for (;;) {
    const chunk = await stoppable(signal, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    const columns = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnValues(column));
    yield Array.from({ length: chunk.rowCount }, (_, row) => columns.map((column) => toValue(column[row])));
  }
}

async function insertRows(
  connection: DuckDBConnection,
  table: string,
  rows: Iterable<readonly (string | number)[]>,
): Promise<void> {
  const appender = await connection.createAppender(table);
  for (const row of rows) {
    for (const value of row) {
      if (typeof value === 'string') appender.appendVarchar(value);
      else appender.appendInteger(value);
    }
    appender.endRow();
  }
  appender.closeSync();
}

function toValue(value: DuckDBValue | undefined): Value {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return value;
  throw new TypeError(`no plain value: ${value.constructor.name}; cast it in SQL`);
}
