/** Flags several commands take. */
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from '@segment-store/cli/list';
import {
  flag,
  integer,
  type Option,
  optionalInteger,
  optionalText,
  requiredText,
  text,
  type Values,
} from '@segment-store/cli/option';
import { bytes, duration, ratio } from '@segment-store/cli/quantity';
import type { FolderOptions } from '@segment-store/folder/folder';
import { GATE_NAMES } from './gates/gate.ts';

export const storeOptions: { readonly store: Option<string>; readonly prefix: Option<string> } = {
  store: requiredText({ description: 'the store: embedded:<dir> or http(s)://…', placeholder: '<url>' }),
  prefix: text({
    description: 'separates deployments in one Elasticsearch',
    placeholder: '<prefix>',
    fallback: 'segments',
  }),
};

/** How a generation that is sealed stands in Elasticsearch. */
export const settleOptions: {
  readonly replicas: Option<number | undefined>;
  readonly replicasFromStart: Option<boolean>;
  readonly forceMergeTo: Option<number | undefined>;
  readonly settle: Option<number>;
} = {
  replicas: optionalInteger({ description: 'copies of each shard (default: 1 where there is a second data node)' }),
  replicasFromStart: flag({
    description: 'write the copies during the load: slower, but nothing to wait for at the end',
  }),
  forceMergeTo: optionalInteger({
    description: 'Lucene segments that each shard is merged to when it is sealed (default: it is not)',
    min: 1,
  }),
  settle: duration({ description: 'how long the seal waits for copies that are being made', fallback: '1h' }),
};

/** What stays when a generation was published. */
export const retentionOptions: {
  readonly keep: Option<number>;
  readonly keepYoungerThan: Option<number>;
  readonly ilmPolicy: Option<string | undefined>;
} = {
  keep: integer({ description: 'generations that stay besides the live one', fallback: 2, min: 1 }),
  keepYoungerThan: duration({
    description: 'how long a generation stays at least after it was retired, or after the last job left its build',
    fallback: '24h',
  }),
  ilmPolicy: optionalText({
    description: 'a lifecycle policy of Elasticsearch for generations that are retired; never on the live one',
    placeholder: '<policy>',
  }),
};

export const buildOptions: {
  readonly shards: Option<number>;
  readonly leaseMs: Option<number>;
  readonly bulkBytes: Option<number>;
  readonly bulksInFlight: Option<number>;
  readonly bulkCompression: Option<boolean>;
} = {
  shards: integer({
    description: 'primary shards of a new generation in Elasticsearch',
    fallback: 1,
    min: 1,
    max: 1024,
  }),
  leaseMs: integer({
    description: 'milliseconds after which a job that does not renew its lease counts as dead',
    fallback: 60_000,
    min: 300,
  }),
  bulkBytes: bytes({
    description:
      'most bytes of one bulk to Elasticsearch, 100kB to 32MB; it starts at 1MB and grows while that is faster',
    fallback: '5MB',
    within: ['100kB', '32MB'],
  }),
  bulksInFlight: integer({
    description: 'most bulks to Elasticsearch at once; memory for writing is at most this × bulk bytes × 2',
    fallback: 8,
    min: 1,
    max: 256,
  }),
  bulkCompression: flag({ description: 'gzip what is sent to Elasticsearch: for a slow network, at the cost of CPU' }),
};

export const folderOptions: {
  readonly s3Endpoint: Option<string | undefined>;
  readonly s3Region: Option<string | undefined>;
} = {
  s3Endpoint: optionalText({ description: 'an S3 endpoint other than AWS', placeholder: '<url>' }),
  s3Region: optionalText({ description: 'the region of the bucket', placeholder: '<region>' }),
};

export const folderOptionsOf = ({ s3Endpoint, s3Region }: Values<typeof folderOptions>): FolderOptions => ({
  ...(s3Endpoint !== undefined && { s3Endpoint }),
  ...(s3Region !== undefined && { s3Region }),
});

export const budgetOptions: {
  readonly maxBadRecords: Option<number>;
  readonly badRecordsAfter: Option<number>;
  readonly maxBadParts: Option<number>;
  readonly maxBadPartsShare: Option<number>;
} = {
  maxBadRecords: ratio({ description: 'share of the lines that may be rejected', fallback: '0.1%' }),
  badRecordsAfter: integer({
    description: 'lines after which that share ends a load that is under way; in the end it always counts',
    fallback: 10_000,
  }),
  maxBadParts: integer({ description: 'corrupt parts that may be left out', fallback: 100 }),
  maxBadPartsShare: ratio({ description: 'share of the parts that may; the smaller number counts', fallback: '0.5%' }),
};

export const letterOptions: {
  readonly deadLetters: Option<string | undefined>;
  readonly deadLetterRaw: Option<boolean>;
} = {
  deadLetters: optionalText({
    description: 'where rejected lines go: <url>/<run>/<part>.ndjson.gz (default _dead-letters beside the run folder)',
    placeholder: '<url>',
  }),
  deadLetterRaw: flag({ description: 'keep the rejected lines themselves, too: they hold customer data' }),
};

export const gateOptions: {
  readonly accept: Option<readonly string[]>;
  readonly canaries: Option<string | undefined>;
  readonly maxSegmentLoss: Option<number>;
  readonly readbackLines: Option<number>;
  readonly readbackParts: Option<number>;
  readonly maxDrift: Option<number>;
  readonly maxSegmentDrift: Option<number>;
  readonly maxDriftingSegments: Option<number>;
  readonly segmentTolerance: Option<number>;
  readonly maxVanishedSegments: Option<number>;
} = {
  accept: list({
    description: 'publish although this gate refuses; recorded with the generation. May be repeated',
    placeholder: '<gate>',
    known: GATE_NAMES,
  }),
  canaries: optionalText({
    description:
      'JSON file {"<customer>": ["<segment>", …] | null}: customers that must be answered so, null for unknown',
    placeholder: '<file>',
  }),
  maxSegmentLoss: ratio({
    description: 'share of its members that a segment may lack where lines were left out',
    fallback: '1%',
  }),
  readbackLines: integer({ description: 'random lines that are read again and compared', fallback: 1_000 }),
  readbackParts: integer({ description: 'parts they are taken from, at most', fallback: 20, min: 1 }),
  maxDrift: ratio({
    description: 'share of the live generation by which the number of customers may change',
    fallback: '20%',
  }),
  maxSegmentDrift: ratio({
    description: 'share of its members by which a segment may change against the live generation',
    fallback: '50%',
  }),
  maxDriftingSegments: ratio({ description: 'share of the segments that may change by more', fallback: '1%' }),
  segmentTolerance: integer({
    description: 'members a segment may gain, lose or lack whatever share of it they are',
    fallback: 10,
  }),
  maxVanishedSegments: integer({ description: 'segments of the live catalogue that may be absent', fallback: 0 }),
};

export const transformOptions: {
  readonly transform: Option<string | undefined>;
  readonly transformThreads: Option<number>;
} = {
  transform: optionalText({
    description: 'a module whose default export makes a member of each row, or null to skip it',
    placeholder: '<file>',
  }),
  transformThreads: integer({
    description: 'threads a transform runs in',
    fallback: Math.min(4, availableParallelism()),
    min: 1,
    max: 64,
  }),
};

export const scratchOptions: { readonly scratch: Option<string>; readonly scratchMemory: Option<number> } = {
  scratch: text({
    description: 'a directory for by-segment runs while they are loaded: about 40 bytes a membership',
    placeholder: '<dir>',
    fallback: join(tmpdir(), 'segment-ingest'),
  }),
  scratchMemory: bytes({
    description: 'memory of the sort that regroups a by-segment run; the process takes about twice as much more',
    fallback: '300MB',
  }),
};

export const manifestOptions: { readonly runId: Option<string | undefined> } = {
  runId: optionalText({
    description: 'the run id of a folder with _SUCCESS and no manifest; loading it takes --accept no-manifest, too',
    placeholder: '<run>',
  }),
};
