import type { Settling } from './settling.ts';

export interface StoreOptions {
  /** Separates deployments in one Elasticsearch: `^[a-z][a-z0-9-]{0,47}$`. Default `segments`. Elasticsearch only. */
  readonly prefix?: string;
  /** Primary shards of a members index. Default 1. Elasticsearch only. */
  readonly shards?: number;
  /** A lease not renewed for this long is dead; renewed every third of it. Default 60,000. */
  readonly leaseMs?: number;
  /** How often `live` looks. Default 2,000. */
  readonly pollMs?: number;
  /** How long an open build keeps trying a store that refuses or does not answer. Default 300,000. */
  readonly patienceMs?: number;
  /**
   * Copies of each shard, made when a build is sealed. Default: one where there is a second data node, none where there
   * is not, followed as nodes come and go. Elasticsearch only.
   */
  readonly replicas?: number;
  /** Copies are written while the build is: slower, but there is nothing to wait for at the end. Default false. */
  readonly replicasFromStart?: boolean;
  /** Lucene segments that a shard is merged to before it is copied. Default: it is not. Elasticsearch only. */
  readonly forceMergeTo?: number;
  /**
   * How long a seal waits for copies that are being made; it does not wait for those that cannot be made now. Either
   * way the generation is sealed, and its condition says what is missing. Default 3,600,000. Elasticsearch only.
   */
  readonly settleMs?: number;
  /** Hears every 5 s what a seal is waiting for. Default: nobody does. Elasticsearch only. */
  readonly onSettling?: (settling: Settling) => void;
  /**
   * A lifecycle policy that Elasticsearch knows, attached to a generation when it is retired or withdrawn, its age from
   * then on; taken off before it goes live again. Default: none. Elasticsearch only.
   */
  readonly ilmPolicy?: string;
  /**
   * Most bytes of one bulk's body, 100,000 to 32,000,000. A build starts at 1 MB and grows while throughput rises, to this
   * or 0.3 of the nodes' `http.max_content_length`. Default 5,000,000. Elasticsearch only.
   */
  readonly bulkBytes?: number;
  /**
   * Most bulks under way at once in one process, 1 to 256; a build starts with 2. With `bulkBytes` it bounds the memory
   * of writing: bulks × bytes × 2, as lines and as bodies. Default 8. Elasticsearch only.
   */
  readonly bulksInFlight?: number;
  /** Bodies of bulks travel as gzip: for a slow network, it costs CPU on both sides. Default false. Elasticsearch only. */
  readonly bulkCompression?: boolean;
  /** Only look: nothing is made, not even at first use, and what would write is refused as DENIED. Default false. */
  readonly readOnly?: boolean;
}

export type ResolvedOptions = Required<Omit<StoreOptions, OptionalName>> & {
  readonly [name in OptionalName]: StoreOptions[name] | undefined;
};
/** Without a default: undefined means that there is none. */
type OptionalName = 'ilmPolicy' | 'replicas' | 'forceMergeTo' | 'onSettling';

/** @throws RangeError naming the option and its value */
export function resolveOptions({
  prefix = 'segments',
  shards = 1,
  leaseMs = 60_000,
  pollMs = 2_000,
  patienceMs = 300_000,
  replicas,
  replicasFromStart = false,
  forceMergeTo,
  settleMs = 3_600_000,
  onSettling,
  ilmPolicy,
  bulkBytes = 5_000_000,
  bulksInFlight = 8,
  bulkCompression = false,
  readOnly = false,
}: StoreOptions): ResolvedOptions {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(prefix)) {
    throw new RangeError(`prefix ${JSON.stringify(prefix)}: up to 48 of a-z, 0-9 and "-", a letter first`);
  }
  checkWhole('shards', shards, { min: 1 });
  checkWhole('bulkBytes', bulkBytes, { min: 100_000, max: 32_000_000 });
  checkWhole('bulksInFlight', bulksInFlight, { min: 1, max: 256 });
  const copies = { replicas, replicasFromStart, forceMergeTo, settleMs, onSettling };
  checkCopies(copies);
  if (ilmPolicy !== undefined && !/^(?!_)[^\s,"*\\<|>/?]{1,255}$/.test(ilmPolicy)) {
    throw new RangeError(`ilmPolicy ${JSON.stringify(ilmPolicy)}: the name of a policy that Elasticsearch knows`);
  }
  for (const [name, ms] of Object.entries({ leaseMs, pollMs, patienceMs, settleMs })) {
    if (!(ms >= 0)) throw new RangeError(`${name} ${ms}: milliseconds, not below 0`);
  }
  const bulks = { bulkBytes, bulksInFlight, bulkCompression };
  return Object.freeze({ prefix, shards, leaseMs, pollMs, patienceMs, ...copies, ilmPolicy, ...bulks, readOnly });
}

function checkCopies({ replicas = 0, forceMergeTo = 1 }: Pick<ResolvedOptions, 'replicas' | 'forceMergeTo'>): void {
  checkWhole('replicas', replicas, { min: 0 });
  checkWhole('forceMergeTo', forceMergeTo, { min: 1 });
}

function checkWhole(name: string, value: number, { min, max }: { readonly min: number; readonly max?: number }): void {
  if (Number.isInteger(value) && value >= min && value <= (max ?? value)) return;
  throw new RangeError(`${name} ${value}: a whole number from ${min}${max === undefined ? '' : ` to ${max}`}`);
}
