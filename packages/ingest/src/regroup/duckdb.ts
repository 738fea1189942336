/** (customer, segment) pairs in any order → in order, out of core. The only file here that knows DuckDB. */
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';

export interface PairsOptions {
  /** For what memory does not hold; must exist. */
  readonly directory: string;
  /** What DuckDB's buffers may hold. The process is larger by its own heap and what DuckDB allocates beside them. */
  readonly memoryBytes: number;
  readonly threads: number;
  /** What `directory` may take. Default: 90 % of what is free there. */
  readonly diskBytes?: number;
  /** Ends the running statement. */
  readonly signal: AbortSignal;
}

export interface Pairs extends AsyncDisposable {
  /** Ids without line feeds. Throws PairsError. */
  add(segmentId: string, customerIds: readonly string[]): void;
  /** What was added since the last `endPart` stays, or is left out whole. Throws PairsError. */
  endPart(outcome: 'kept' | 'left out'): void;
  /** Once, after the last `add`: by customer, then by segment, in the order of their bytes; repeated ones are repeated. */
  sorted(): AsyncIterable<PairBatch>;
}

export interface PairBatch {
  readonly customerIds: readonly string[];
  readonly segmentIds: readonly string[];
}

/** DuckDB ran out of memory, or of disk. */
export class PairsError extends Error {
  override readonly name = 'PairsError';
}

/**
 * A row of the table packs so many characters of customers of one segment: a call for each pair would cost more than the
 * sort. DuckDB unpacks 2,048 rows at once, whatever the memory limit, so they must be small.
 */
const PACK_LENGTH = 4_096;
const HELD_PAIRS = 50_000;

const TABLE = 'create table packs (part integer, segment_id varchar, customer_ids varchar)';
/** Never `list(… order by …)`: it does not spill. */
const sortedWithout = (parts: readonly number[]) => `
  select customer_id, segment_id
  from (select unnest(string_split(customer_ids, chr(10))) as customer_id, segment_id from packs
        ${parts.length === 0 ? '' : `where part not in (${parts.join(', ')})`})
  order by customer_id, segment_id`;

/** Rejects, as `sorted` does, with PairsError, or with the signal's reason once it aborts. */
export async function openPairs({ signal, ...options }: PairsOptions): Promise<Pairs> {
  const { DuckDBInstance } = await import('@duckdb/node-api'); // 30 MB that a run by customer does without
  const instance = await stoppable(signal, () => DuckDBInstance.create(':memory:', settings(options)));
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  await stoppable(signal, () => connection.run(TABLE));
  const packs = new Packs(await connection.createAppender('packs'));
  const leftOut: number[] = [];
  return {
    add: (segmentId, customerIds) => orPairsError(() => packs.add(segmentId, customerIds)),
    endPart(outcome) {
      const part = orPairsError(() => packs.endPart());
      if (outcome === 'left out') leftOut.push(part);
    },
    async *sorted() {
      await stoppable(signal, async () => packs.close());
      yield* batches(connection, sortedWithout(leftOut), signal);
    },
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function settings({
  directory,
  memoryBytes,
  threads,
  diskBytes,
}: Omit<PairsOptions, 'signal'>): Record<string, string> {
  return {
    memory_limit: `${memoryBytes}B`,
    threads: String(threads),
    temp_directory: directory,
    ...(diskBytes !== undefined && { max_temp_directory_size: `${diskBytes}B` }),
    preserve_insertion_order: 'false', // it would cost memory, and the sort makes the order
    default_collation: 'binary',
    autoinstall_known_extensions: 'false', // an extension would be a download
  };
}

class Packs {
  readonly #appender: DuckDBAppender;
  readonly #held = new Map<string, string[]>();
  #pairs = 0;
  #part = 0;

  constructor(appender: DuckDBAppender) {
    this.#appender = appender;
  }

  add(segmentId: string, customerIds: readonly string[]): void {
    const held = this.#held.get(segmentId) ?? [];
    this.#held.set(segmentId, held);
    for (const customerId of customerIds) held.push(customerId);
    this.#pairs += customerIds.length;
    if (this.#pairs >= HELD_PAIRS) this.#flush();
  }

  /** Returns the number of the part that ends. */
  endPart(): number {
    this.#flush();
    return this.#part++;
  }

  close(): void {
    this.#flush();
    this.#appender.closeSync();
  }

  #flush(): void {
    for (const [segmentId, customerIds] of this.#held) {
      for (const pack of packsOf(customerIds)) {
        this.#appender.appendInteger(this.#part);
        this.#appender.appendVarchar(segmentId);
        this.#appender.appendVarchar(pack);
        this.#appender.endRow();
      }
    }
    this.#appender.flushSync();
    this.#held.clear();
    this.#pairs = 0;
  }
}

function* packsOf(customerIds: readonly string[]): Generator<string> {
  let [from, length] = [0, 0];
  for (const [index, customerId] of customerIds.entries()) {
    length += customerId.length + 1;
    if (length < PACK_LENGTH) continue;
    yield customerIds.slice(from, index + 1).join('\n');
    [from, length] = [index + 1, 0];
  }
  if (from < customerIds.length) yield customerIds.slice(from).join('\n');
}

async function* batches(connection: DuckDBConnection, query: string, signal: AbortSignal): AsyncGenerator<PairBatch> {
  const result = await stoppable(signal, () => connection.stream(query));
  for (;;) {
    const chunk = await stoppable(signal, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return;
    yield { customerIds: texts(chunk.getColumnValues(0)), segmentIds: texts(chunk.getColumnValues(1)) };
  }
}

const texts = (values: readonly unknown[]) => values.filter((value) => typeof value === 'string');

async function stoppable<T>(signal: AbortSignal, statement: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await statement();
  } catch (cause) {
    signal.throwIfAborted();
    throw pairsError(cause);
  }
}

function orPairsError<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw pairsError(cause);
  }
}

const pairsError = (cause: unknown) =>
  new PairsError(cause instanceof Error ? cause.message : String(cause), { cause });
