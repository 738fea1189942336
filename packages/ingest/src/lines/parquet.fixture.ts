/** Parquet files for tests, written by DuckDB. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface ParquetOptions {
  readonly codec?: 'uncompressed' | 'snappy' | 'gzip' | 'zstd' | 'brotli';
  /** Rows of a row group; DuckDB takes no fewer than 2048. */
  readonly rowGroup?: number;
  readonly version?: 'V1' | 'V2';
}

/** What `select` gives, as the bytes of a Parquet file. */
export async function parquetOf(
  select: string,
  { codec = 'uncompressed', rowGroup = 122_880, version = 'V1' }: ParquetOptions = {},
): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'parquet-test-'));
  const file = join(directory, 'part.parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const how = `format parquet, codec '${codec}', row_group_size ${rowGroup}, parquet_version '${version}'`;
    await connection.run(`copy (${select}) to '${file}' (${how})`);
    return await readFile(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(directory, { recursive: true });
  }
}
