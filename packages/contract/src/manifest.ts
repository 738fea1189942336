/** `manifest.json`: written last, says what a run folder holds. */
import { createHash } from 'node:crypto';
import { Fields } from './fields.ts';
import { FormatError, isRunId, type RunId, runTime } from './id.ts';
import { parseJson } from './json.ts';
import { quote } from './quote.ts';

export interface Part {
  /** Relative to the run folder, unique, without `..`. */
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly memberships?: number;
  readonly etag?: string;
  readonly sha256?: string;
}

export interface Manifest {
  readonly run: RunId;
  readonly computedAt: Date;
  readonly layout: 'by-customer' | 'by-segment';
  readonly format: 'ndjson' | 'csv' | 'parquet';
  /** ISO 8601 duration of weeks or days and below: a live generation older than this is late. */
  readonly expectedEvery?: string;
  readonly parts: readonly Part[];
  readonly catalogue: Part;
  readonly totals: { readonly customers?: number; readonly memberships: number; readonly segments: number };
  readonly rejectedUpstream?: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** SHA-256 of the manifest's bytes, hex: the identity of the run's content. */
  readonly hash: string;
}

/** The manifest's name in a run folder. */
export const MANIFEST_KEY = 'manifest.json';
const SCHEMA = 'segment-store/run/1';
const SCHEMA_FORM = /^segment-store\/run\/(\d+)(\.\d+)?$/;
const DURATION = /^P(?=.)(\d+W|(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)$/;
const UNIT_MS = new Map([
  ['W', 604_800_000],
  ['D', 86_400_000],
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
]);
const SHA256 = /^[0-9a-f]{64}$/;

/** Whether `text` can be a manifest's `expected_every`. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

/** Milliseconds; a day has 24 hours. NaN for what is none. */
export function durationMs(text: string): number {
  if (!isDuration(text)) return Number.NaN;
  const amounts = [...text.matchAll(/(\d+)([WDHMS])/g)];
  return amounts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_MS.get(unit) ?? Number.NaN), 0);
}

/** @throws FormatError `malformed`, naming the key, its value and what was expected */
export function parseManifest(bytes: Uint8Array): Manifest {
  const file = new Fields(parseJson(bytes, MANIFEST_KEY), `${MANIFEST_KEY}: `);
  checkSchema(file);
  const layout = file.oneOf('layout', ['by-customer', 'by-segment']);
  const parts = file.objects('parts').map(parsePart);
  const catalogue = parsePart(file.object('catalogue'));
  const totals = parseTotals(file.object('totals'));
  checkKeys([...parts, catalogue]);
  checkTotals({ layout, parts, catalogue, totals });
  return {
    ...parseRun(file),
    layout,
    format: file.oneOf('format', ['ndjson', 'csv', 'parquet']),
    ...(file.has('expected_every') && {
      expectedEvery: file.matching('expected_every', DURATION, 'a duration such as PT24H or P1D'),
    }),
    parts,
    catalogue,
    totals,
    ...(file.has('rejected_upstream') && { rejectedUpstream: file.count('rejected_upstream') }),
    producer: { name: file.object('producer').text('name'), version: file.object('producer').text('version') },
    hash: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Deterministic: equal manifests print equal bytes. */
export function printManifest(manifest: Omit<Manifest, 'hash'>): string {
  const { totals, producer } = manifest;
  const file = {
    schema: SCHEMA,
    run_id: manifest.run,
    computed_at: manifest.computedAt.toISOString(),
    layout: manifest.layout,
    format: manifest.format,
    expected_every: manifest.expectedEvery,
    parts: manifest.parts.map(orderedPart),
    catalogue: orderedPart(manifest.catalogue),
    totals: { customers: totals.customers, memberships: totals.memberships, segments: totals.segments },
    rejected_upstream: manifest.rejectedUpstream,
    producer: { name: producer.name, version: producer.version },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function orderedPart({ key, bytes, rows, memberships, etag, sha256 }: Part): object {
  return { key, bytes, rows, memberships, etag, sha256 };
}

function checkSchema(file: Fields): void {
  const [, major] = SCHEMA_FORM.exec(file.text('schema')) ?? file.refuse('schema', `"${SCHEMA}"`);
  if (Number(major) > 1) {
    file.refuse('schema', `"${SCHEMA}": a newer version made this run, load it with that version or a later one`);
  }
  if (major !== '1') file.refuse('schema', `"${SCHEMA}"`);
}

function parseRun(file: Fields): Pick<Manifest, 'run' | 'computedAt'> {
  const run = file.value('run_id');
  const computedAt = file.instant('computed_at');
  if (!isRunId(run)) return file.refuse('run_id', 'a UTC time and an optional suffix, as in 20260131t235959z-retry');
  if (computedAt.getTime() - (computedAt.getTime() % 1000) !== timeOf(run, file)) {
    return file.refuse('run_id', `the time of computed_at, ${computedAt.toISOString()}, to the second`);
  }
  return { run, computedAt };
}

function timeOf(run: RunId, file: Fields): number {
  try {
    return runTime(run).getTime();
  } catch {
    return file.refuse('run_id', 'a time of the calendar');
  }
}

function parsePart(part: Fields): Part {
  return {
    key: parseKey(part),
    bytes: part.count('bytes'),
    rows: part.count('rows'),
    ...(part.has('memberships') && { memberships: part.count('memberships') }),
    ...(part.has('etag') && { etag: part.text('etag') }),
    ...(part.has('sha256') && { sha256: part.matching('sha256', SHA256, '64 hex digits in lower case') }),
  };
}

function parseKey(part: Fields): string {
  const key = part.text('key');
  const steps = key.split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..')) {
    return part.refuse('key', 'a path within the run folder, without a leading or double "/", "." or ".."');
  }
  if (/\p{Cc}/u.test(key)) return part.refuse('key', 'a path without control characters');
  if (key === MANIFEST_KEY) return part.refuse('key', 'another file than the manifest itself');
  return key;
}

function parseTotals(totals: Fields): Manifest['totals'] {
  return {
    ...(totals.has('customers') && { customers: totals.count('customers') }),
    memberships: totals.count('memberships'),
    segments: totals.count('segments'),
  };
}

function checkKeys(files: readonly Part[]): void {
  const keys = new Set<string>();
  for (const { key } of files) {
    if (keys.has(key)) {
      throw new FormatError('malformed', `${MANIFEST_KEY}: names ${quote(key)} twice, expected each file once`);
    }
    keys.add(key);
  }
}

type Counted = Pick<Manifest, 'layout' | 'parts' | 'catalogue' | 'totals'>;

/** A total must equal the sum of what the files say, where all of them say it. */
function checkTotals({ layout, parts, catalogue, totals }: Counted): void {
  const rows = layout === 'by-customer' ? sum(parts.map((part) => part.rows)) : undefined;
  checkTotal('customers', totals.customers, rows);
  checkTotal('memberships', totals.memberships, sum(parts.map((part) => part.memberships)));
  checkTotal('segments', totals.segments, catalogue.rows);
}

function checkTotal(name: keyof Manifest['totals'], total: number | undefined, counted: number | undefined): void {
  if (total === undefined || counted === undefined || total === counted) return;
  throw new FormatError(
    'malformed',
    `${MANIFEST_KEY}: totals.${name} is ${total}, expected ${counted}, the sum of the files`,
  );
}

function sum(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce((total: number | undefined, count) => {
    return total === undefined || count === undefined ? undefined : total + count;
  }, 0);
}
