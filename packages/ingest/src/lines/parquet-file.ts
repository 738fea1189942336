/** A Parquet file, read by range. The only file that knows hyparquet. */
import { isUtf8 } from 'node:buffer';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ByteRange } from '@segment-store/folder/folder';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';

export interface ParquetFile {
  readonly columns: readonly ParquetColumn[];
  /** Rows of each row group, in the order of the file. */
  readonly groups: readonly number[];
  /** The values of the group's rows, a list for each of `columns`. Holds the group, decoded. */
  read(group: number, columns: readonly string[]): Promise<readonly Values[]>;
}

export interface ParquetColumn {
  readonly name: string;
  /** `string`, `list<string>`, or another type by its name in Parquet. */
  readonly type: string;
}

/** Of one column, by row. */
export type Values = ArrayLike<unknown>;

export interface ParquetBytes {
  readonly fileBytes: number;
  range(range: ByteRange): Promise<Uint8Array>;
}

/** Bytes that are no UTF-8 become what no id can hold, so that its row is found bad, instead of U+FFFD. */
const NO_TEXT = '\ud800';
const REPLACEMENT = '\ufffd';

/** Node's own are several times faster than JavaScript's. hyparquet checks what comes out against the page's length. */
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};
const parsers = { stringFromBytes };

/** @throws what `range` rejects with, and Error for what is no Parquet */
export async function openParquet(bytes: ParquetBytes): Promise<ParquetFile> {
  const file: AsyncBuffer = {
    byteLength: bytes.fileBytes,
    slice: async (from, to = bytes.fileBytes) => exactly(await bytes.range({ from, to })),
  };
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  return {
    columns: parquetSchema(metadata).children.map((child) => ({ name: child.element.name, type: typeOf(child) })),
    groups,
    read: (group, columns) => readGroup({ file, metadata }, { group, groups }, columns),
  };
}

async function readGroup(
  opened: { readonly file: AsyncBuffer; readonly metadata: FileMetaData },
  { group, groups }: { readonly group: number; readonly groups: readonly number[] },
  columns: readonly string[],
): Promise<readonly Values[]> {
  const rowStart = groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
  const rows = groups[group] ?? 0;
  const chunks = new Map<string, Values[]>(columns.map((name) => [name, []]));
  await parquetRead({
    ...opened,
    columns: [...columns],
    rowStart,
    rowEnd: rowStart + rows,
    compressors,
    parsers,
    onChunk: ({ columnName, columnData }) => chunks.get(columnName)?.push(columnData),
  });
  return columns.map((name) => joined(chunks.get(name) ?? [], { name, rows }));
}

function joined(chunks: readonly Values[], { name, rows }: { name: string; rows: number }): Values {
  const [first] = chunks;
  const values = chunks.length === 1 && first !== undefined ? first : chunks.flatMap((chunk) => Array.from(chunk));
  if (values.length === rows) return values;
  throw new Error(`column ${name} has ${values.length} values for ${rows} rows`);
}

function typeOf({ element, children }: SchemaTree): string {
  const { converted_type: converted, logical_type: logical } = element;
  const isList = converted === 'LIST' || logical?.type === 'LIST';
  const item = children[0]?.children[0];
  if (isList && item !== undefined) return `list<${typeOf(item)}>`;
  if (element.type === 'BYTE_ARRAY' && (converted === 'UTF8' || logical?.type === 'STRING')) return 'string';
  return (element.type ?? converted ?? 'struct').toLowerCase();
}

function stringFromBytes(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  return !text.includes(REPLACEMENT) || isUtf8(bytes) ? text : NO_TEXT;
}

function exactly({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const whole = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength;
  if (whole) return buffer;
  const copy = new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer, byteOffset, byteLength));
  return copy;
}
