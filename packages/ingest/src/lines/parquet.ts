/** Parquet → rows, row group by row group: memory holds one group, decoded, and its columns as the file has them. */
import type { ByteRange } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import { sourceFailure } from '../source/source-failure.ts';
import { type Columns, hasColumns, wrongColumns } from './columns.ts';
import { JsonBytes } from './json-bytes.ts';
import { openParquet, type ParquetColumn, type ParquetFile, type Values } from './parquet-file.ts';
import { type PartSource, ROWS_BYTES, RowList, type RowReader, type Rows } from './rows.ts';

const LIST_COLUMN = 'segment_ids';

/**
 * Columns nobody asked for are not even fetched. Offsets and numbers are the row's place in the file. Of times and
 * large numbers rows hold texts.
 */
export function parquetRows(columns: Columns, rowsBytes: number = ROWS_BYTES): RowReader {
  return async function* (source, call) {
    if (source.fileBytes === 0) return;
    const { file, orCorrupt } = await openPart(source, call);
    const names = chooseColumns(source.key, file, columns);
    const print = columns === 'any' ? printAny : printTexts;
    let first = 0;
    for (const [group, rows] of file.groups.entries()) {
      const values = await orCorrupt(() => file.read(group, names));
      yield* groupRows({ names, values, first, rows, print }, rowsBytes);
      first += rows;
    }
  };
}

/** What the source itself rejects with comes through; anything else is wrong with the file. */
async function openPart(source: PartSource, call: Call) {
  let failed: unknown;
  const range = (bytes: ByteRange) =>
    source.range(bytes, call).catch((error: unknown) => {
      failed = error;
      throw error;
    });
  const orCorrupt = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (failed !== undefined) throw failed;
      const why = error instanceof Error ? error.message : String(error);
      throw sourceFailure('CORRUPT', `${source.key} is not valid Parquet (${why}): write the run again`, error);
    }
  };
  return { file: await orCorrupt(() => openParquet({ fileBytes: source.fileBytes, range })), orCorrupt };
}

function chooseColumns(key: string, { columns: found }: ParquetFile, expected: Columns): readonly string[] {
  if (expected === 'any') return found.map(({ name }) => name);
  const asTyped = ({ name, type }: ParquetColumn) => `${name}: ${type}`;
  const typed = expected.map((name) => asTyped({ name, type: name === LIST_COLUMN ? 'list<string>' : 'string' }));
  if (!hasColumns(found.map(asTyped), typed)) throw wrongColumns(key, found.map(asTyped), typed);
  return expected;
}

type Row = Readonly<Record<string, unknown>>;

interface Group {
  readonly names: readonly string[];
  /** By column. */
  readonly values: readonly Values[];
  /** Place of its first row in the file. */
  readonly first: number;
  readonly rows: number;
  readonly print: (row: Row) => string;
}

function* groupRows({ names, values, first, rows, print }: Group, rowsBytes: number): Generator<Rows> {
  for (let row = 0; row < rows; ) {
    const json = new JsonBytes(rowsBytes + rowsBytes / 4);
    const list = new RowList(Math.min(rows - row, rowsBytes / 64));
    for (; row < rows && json.length < rowsBytes; row++) {
      const start = json.length;
      const object = Object.fromEntries(names.map((name, column) => [name, values[column]?.[row] ?? null]));
      json.text(print(object));
      list.add(start, json.length, first + row, first + row + 1);
    }
    yield list.rows(json.bytes(), first + row);
  }
}

const printTexts = (row: Row) => JSON.stringify(row);
const printAny = (row: Row) => JSON.stringify(row, plain);

/** What JSON has not: whole numbers beyond 2^53 and bytes, as texts. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
