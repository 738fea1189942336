/** Manifests: what is read, what is refused, and what the message must name. */

export type ManifestFile = Readonly<Record<string, unknown>>;

const PART = { key: 'members/part-00000.ndjson.gz', bytes: 120, rows: 2, memberships: 3 };
const CATALOGUE = { key: 'catalogue.ndjson', bytes: 80, rows: 2 };

/** A manifest as a file holds it, with some keys changed; undefined takes a key away. */
export function manifestFile(changes: ManifestFile = {}): ManifestFile {
  return {
    schema: 'segment-store/run/1',
    run_id: '20260131t235959z',
    computed_at: '2026-01-31T23:59:59.250Z',
    layout: 'by-customer',
    format: 'ndjson',
    parts: [PART],
    catalogue: CATALOGUE,
    totals: { customers: 2, memberships: 3, segments: 2 },
    producer: { name: 'segment-compute', version: '0.1.0' },
    ...changes,
  };
}

const part = (changes: ManifestFile) => manifestFile({ parts: [{ ...PART, ...changes }] });
const keyed = (key: unknown) => part({ key });
const KEY = 'parts[0].key is';

export const goodManifests: Readonly<Record<string, ManifestFile>> = {
  'what it must have': manifestFile(),
  'everything it may have': manifestFile({
    run_id: '20260131t235959z-retry',
    expected_every: 'PT24H',
    rejected_upstream: 4,
    parts: [{ ...PART, etag: '"abc"', sha256: 'a'.repeat(64) }],
    catalogue: { ...CATALOGUE, sha256: '0'.repeat(64) },
  }),
  'no parts': manifestFile({ parts: [], totals: { customers: 0, memberships: 0, segments: 2 } }),
  'parts that count no memberships': manifestFile({ parts: [{ ...PART, memberships: undefined }] }),
  'no total of customers': manifestFile({ totals: { memberships: 3, segments: 2 } }),
  'rows by segment, which are not customers': manifestFile({
    layout: 'by-segment',
    totals: { customers: 9, memberships: 3, segments: 2 },
  }),
  'a later minor schema': manifestFile({ schema: 'segment-store/run/1.4' }),
  'keys of others': manifestFile({ owner: { team: 'crm' }, parts: [{ ...PART, codec: 'gzip' }] }),
  'names as Spark writes them': keyed('members/date=2026-01-31/part-00000-tid-1 c000.zstd.parquet'),
  'a time of another zone': manifestFile({ computed_at: '2026-02-01T00:59:59+01:00' }),
  'a duration of days and hours': manifestFile({ expected_every: 'P1DT12H' }),
};

export interface BadManifest {
  readonly title: string;
  readonly file: ManifestFile | string | Uint8Array;
  readonly names: string;
}

export const badManifests: readonly BadManifest[] = [
  { title: 'empty', file: '', names: 'manifest.json is not JSON' },
  { title: 'cut short', file: JSON.stringify(manifestFile()).slice(0, -1), names: 'manifest.json is not JSON' },
  { title: 'not UTF-8', file: Uint8Array.of(0x7b, 0xff, 0x7d), names: 'manifest.json is not UTF-8' },
  { title: 'with a byte order mark', file: `\ufeff${JSON.stringify(manifestFile())}`, names: 'byte order mark' },
  { title: 'a list', file: '[]', names: 'manifest.json is [], expected an object' },
  {
    title: 'with a key twice',
    file: '{"schema":"segment-store/run/1","schema":"segment-store/run/1"}',
    names: '"schema"',
  },
  { title: 'without schema', file: manifestFile({ schema: undefined }), names: 'schema is missing' },
  {
    title: 'of another schema',
    file: manifestFile({ schema: 'other/run/1' }),
    names: '"other/run/1", expected "segment-store/run/1"',
  },
  {
    title: 'of a newer major schema',
    file: manifestFile({ schema: 'segment-store/run/2' }),
    names: 'a newer version made this run',
  },
  {
    title: 'of a newer schema and nothing else',
    file: { schema: 'segment-store/run/2' },
    names: 'a newer version made this run',
  },
  { title: 'of major schema 0', file: manifestFile({ schema: 'segment-store/run/0' }), names: 'segment-store/run/0' },
  { title: 'without run id', file: manifestFile({ run_id: undefined }), names: 'run_id is missing' },
  { title: 'with a bad run id', file: manifestFile({ run_id: '2026-01-31' }), names: 'run_id is "2026-01-31"' },
  {
    title: 'with a run id of no time',
    file: manifestFile({ run_id: '20260230t000000z' }),
    names: 'a time of the calendar',
  },
  {
    title: 'with a run id of another time',
    file: manifestFile({ run_id: '20260131t235958z' }),
    names: '2026-01-31T23:59:59.250Z',
  },
  { title: 'without computed_at', file: manifestFile({ computed_at: undefined }), names: 'computed_at is missing' },
  {
    title: 'computed at a local time',
    file: manifestFile({ computed_at: '2026-01-31T23:59:59' }),
    names: 'computed_at is "2026-01-31T23:59:59"',
  },
  {
    title: 'computed at a number',
    file: manifestFile({ computed_at: 1769903999 }),
    names: 'computed_at is 1769903999',
  },
  {
    title: 'of another layout',
    file: manifestFile({ layout: 'by-store' }),
    names: 'layout is "by-store", expected "by-customer" or "by-segment"',
  },
  { title: 'of another format', file: manifestFile({ format: 'avro' }), names: 'format is "avro"' },
  {
    title: 'expected every day, in words',
    file: manifestFile({ expected_every: 'daily' }),
    names: 'expected_every is "daily"',
  },
  { title: 'expected every nothing', file: manifestFile({ expected_every: 'P' }), names: 'expected_every is "P"' },
  {
    title: 'expected every month, which has no length',
    file: manifestFile({ expected_every: 'P1M' }),
    names: 'expected_every is "P1M"',
  },
  {
    title: 'without parts',
    file: manifestFile({ parts: undefined }),
    names: 'parts is missing, expected a list of objects',
  },
  { title: 'with an object of parts', file: manifestFile({ parts: {} }), names: 'parts is {}' },
  {
    title: 'with a text for a part',
    file: manifestFile({ parts: [PART, 'b'] }),
    names: 'parts[1] is "b", expected an object',
  },
  {
    title: 'with rows in text',
    file: part({ rows: '12' }),
    names: 'parts[0].rows is "12", expected a whole number ≥ 0',
  },
  { title: 'without rows', file: part({ rows: undefined }), names: 'parts[0].rows is missing' },
  { title: 'with negative bytes', file: part({ bytes: -1 }), names: 'parts[0].bytes is -1' },
  { title: 'with half a membership', file: part({ memberships: 1.5 }), names: 'parts[0].memberships is 1.5' },
  {
    title: 'with more rows than a number counts',
    file: part({ rows: 2 ** 53 }),
    names: 'parts[0].rows is 9007199254740992',
  },
  { title: 'with a null etag', file: part({ etag: null }), names: 'parts[0].etag is null' },
  { title: 'with a short hash', file: part({ sha256: 'abc' }), names: 'parts[0].sha256 is "abc"' },
  { title: 'without a key', file: keyed(undefined), names: `${KEY} missing` },
  { title: 'with an empty key', file: keyed(''), names: `${KEY} ""` },
  { title: 'with an absolute key', file: keyed('/etc/passwd'), names: `${KEY} "/etc/passwd"` },
  { title: 'with a key that leaves the folder', file: keyed('members/../../x'), names: `${KEY} "members/../../x"` },
  { title: 'with a key of two dots', file: keyed('..'), names: `${KEY} ".."` },
  { title: 'with a key of an empty step', file: keyed('members//x'), names: `${KEY} "members//x"` },
  { title: 'with a key that ends in a slash', file: keyed('members/'), names: `${KEY} "members/"` },
  { title: 'with a dot in a key', file: keyed('./x'), names: `${KEY} "./x"` },
  { title: 'with a control character in a key', file: keyed('a\u0000b'), names: `${KEY} "a\\u0000b"` },
  { title: 'with itself as a part', file: keyed('manifest.json'), names: `${KEY} "manifest.json"` },
  {
    title: 'with a part twice',
    file: manifestFile({ parts: [PART, PART] }),
    names: 'names "members/part-00000.ndjson.gz" twice',
  },
  {
    title: 'with a part for its catalogue',
    file: manifestFile({ catalogue: { ...CATALOGUE, key: PART.key } }),
    names: 'twice',
  },
  { title: 'without catalogue', file: manifestFile({ catalogue: undefined }), names: 'catalogue is missing' },
  {
    title: 'without rows of the catalogue',
    file: manifestFile({ catalogue: { ...CATALOGUE, rows: null } }),
    names: 'catalogue.rows is null',
  },
  { title: 'without totals', file: manifestFile({ totals: undefined }), names: 'totals is missing' },
  {
    title: 'without total of memberships',
    file: manifestFile({ totals: { segments: 2 } }),
    names: 'totals.memberships is missing',
  },
  {
    title: 'with another total of customers',
    file: manifestFile({ totals: { customers: 3, memberships: 3, segments: 2 } }),
    names: 'totals.customers is 3, expected 2',
  },
  {
    title: 'with another total of memberships',
    file: manifestFile({ totals: { memberships: 4, segments: 2 } }),
    names: 'totals.memberships is 4, expected 3',
  },
  {
    title: 'with another total of segments',
    file: manifestFile({ totals: { memberships: 3, segments: 1 } }),
    names: 'totals.segments is 1, expected 2',
  },
  {
    title: 'with upstream rejections in text',
    file: manifestFile({ rejected_upstream: '1' }),
    names: 'rejected_upstream is "1"',
  },
  { title: 'without producer', file: manifestFile({ producer: undefined }), names: 'producer is missing' },
  {
    title: 'with a nameless producer',
    file: manifestFile({ producer: { version: '1' } }),
    names: 'producer.name is missing',
  },
];
