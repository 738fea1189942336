/** What a person can get wrong at `segment-compute run`: the exit code and what the message must name. */
import { type ExitCode, exitCode } from '@segment-store/cli/exit-code';

export interface BadRun {
  readonly title: string;
  /** Instead of the good flags; undefined leaves one out. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly exitCode: ExitCode;
  readonly names: readonly string[];
}

/** Files a test has put into its directory, which stands for `@`. */
export const badRuns: readonly BadRun[] = [
  { title: 'no orders', flags: { orders: undefined }, exitCode: exitCode.usage, names: ['--orders', 'is missing'] },
  {
    title: 'orders that are not there',
    flags: { orders: '@/none.parquet' },
    exitCode: exitCode.input,
    names: ['@/none.parquet', 'no such file'],
  },
  {
    title: 'orders that are a directory',
    flags: { orders: '@' },
    exitCode: exitCode.input,
    names: ['orders @', 'Parquet'],
  },
  {
    title: 'orders that are no Parquet',
    flags: { orders: '@/text.txt' },
    exitCode: exitCode.input,
    names: ['@/text.txt', 'not a readable Parquet file'],
  },
  {
    title: 'orders cut short',
    flags: { orders: '@/cut.parquet' },
    exitCode: exitCode.input,
    names: ['@/cut.parquet', 'not a readable Parquet file'],
  },
  {
    title: 'orders without two columns',
    flags: { orders: '@/narrow.parquet' },
    exitCode: exitCode.input,
    names: ['lacks the column InvoiceDate, Country', 'it has InvoiceNo'],
  },
  {
    title: 'orders without a customer',
    flags: { orders: '@/nobody.parquet' },
    exitCode: exitCode.input,
    names: ['@/nobody.parquet', 'no customer', '1 lines'],
  },
  {
    title: 'orders all later',
    flags: { asOf: '2020-01-01' },
    exitCode: exitCode.input,
    names: ['no customer before 2020-01-01', '1 of them later'],
  },
  {
    title: 'definitions that are not there',
    flags: { definitions: '@/none.json' },
    exitCode: exitCode.usage,
    names: ['--definitions @/none.json', 'no such file'],
  },
  {
    title: 'definitions that are no JSON',
    flags: { definitions: '@/text.txt' },
    exitCode: exitCode.usage,
    names: ['--definitions @/text.txt', 'not JSON'],
  },
  {
    title: 'a definition with a slip',
    flags: { definitions: '@/slip.json' },
    exitCode: exitCode.usage,
    names: ['--definitions @/slip.json', 'definitions[0].verson', 'did you mean version?'],
  },
  {
    title: 'a dimension the orders lack',
    flags: { definitions: '@/city.json' },
    exitCode: exitCode.usage,
    names: ['definition new-customers', 'no city', 'country and category'],
  },
  {
    title: 'categories that are not there',
    flags: { categories: '@/none.csv' },
    exitCode: exitCode.usage,
    names: ['--categories @/none.csv', 'no such file'],
  },
  {
    title: 'categories without a header',
    flags: { categories: '@/text.txt' },
    exitCode: exitCode.usage,
    names: ['--categories @/text.txt', 'line 1', 'keyword,category'],
  },
  {
    title: 'an as-of that is no day',
    flags: { asOf: 'yesterday' },
    exitCode: exitCode.usage,
    names: ['--as-of', '"yesterday"', '2026-01-31'],
  },
  {
    title: 'an as-of the calendar lacks',
    flags: { asOf: '2026-02-30' },
    exitCode: exitCode.usage,
    names: ['--as-of', '"2026-02-30"'],
  },
  {
    title: 'a run id with capitals',
    flags: { run: '20260201T030405Z' },
    exitCode: exitCode.usage,
    names: ['--run', '"20260201T030405Z"', '20260131t235959z'],
  },
  {
    title: 'a run id of no time',
    flags: { run: '20260230t030405z' },
    exitCode: exitCode.usage,
    names: ['--run', 'calendar'],
  },
  { title: 'no parts', flags: { parts: '0' }, exitCode: exitCode.usage, names: ['--parts', 'from 1 to'] },
  {
    title: 'a duration that is none',
    flags: { expectedEvery: '24h' },
    exitCode: exitCode.usage,
    names: ['--expected-every 24h', 'PT24H'],
  },
  {
    title: 'a size that is none',
    flags: { memoryLimit: 'lots' },
    exitCode: exitCode.usage,
    names: ['--memory-limit lots', '512MB'],
  },
  {
    title: 'another size that is none',
    flags: { maxTempSize: '-1GB' },
    exitCode: exitCode.usage,
    names: ['--max-temp-size -1GB'],
  },
  {
    title: 'too little memory',
    flags: { memoryLimit: '1MB', maxTempSize: '1KB' },
    exitCode: exitCode.usage,
    names: ['--memory-limit 1MB', 'raise'],
  },
  {
    title: 'no scratch directory',
    flags: { tempDir: '@/none' },
    exitCode: exitCode.usage,
    names: ['--temp-dir @/none'],
  },
  {
    title: 'a folder of another kind',
    flags: { to: 'ftp://host/runs' },
    exitCode: exitCode.usage,
    names: ['--to ftp://host/runs', 's3://'],
  },
  {
    title: 'a folder that is a file',
    flags: { to: '@/text.txt' },
    exitCode: exitCode.usage,
    names: ['--to', 'text.txt'],
  },
  {
    title: 'a run that is there already',
    flags: { run: '20250101t000000z' },
    exitCode: exitCode.refused,
    names: ['20250101t000000z', 'holds a run already', 'another --run'],
  },
];
