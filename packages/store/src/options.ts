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
   * A lifecycle policy that Elasticsearch knows, attached to a generation when it is retired or withdrawn, its age from
   * then on; taken off before it goes live again. Default: none. Elasticsearch only.
   */
  readonly ilmPolicy?: string;
  /** Only look: nothing is made, not even at first use, and what would write is refused as DENIED. Default false. */
  readonly readOnly?: boolean;
}

export type ResolvedOptions = Required<Omit<StoreOptions, OptionalName>> & {
  readonly [name in OptionalName]: StoreOptions[name] | undefined;
};
/** Without a default: undefined means that there is none. */
type OptionalName = 'ilmPolicy';

/** @throws RangeError naming the option and its value */
export function resolveOptions({
  prefix = 'segments',
  shards = 1,
  leaseMs = 60_000,
  pollMs = 2_000,
  patienceMs = 300_000,
  ilmPolicy,
  readOnly = false,
}: StoreOptions): ResolvedOptions {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(prefix)) {
    throw new RangeError(`prefix ${JSON.stringify(prefix)}: up to 48 of a-z, 0-9 and "-", a letter first`);
  }
  if (!Number.isInteger(shards) || shards < 1) throw new RangeError(`shards ${shards}: a whole number from 1`);
  if (ilmPolicy !== undefined && !/^(?!_)[^\s,"*\\<|>/?]{1,255}$/.test(ilmPolicy)) {
    throw new RangeError(`ilmPolicy ${JSON.stringify(ilmPolicy)}: the name of a policy that Elasticsearch knows`);
  }
  for (const [name, ms] of Object.entries({ leaseMs, pollMs, patienceMs })) {
    if (!(ms >= 0)) throw new RangeError(`${name} ${ms}: milliseconds, not below 0`);
  }
  return Object.freeze({ prefix, shards, leaseMs, pollMs, patienceMs, ilmPolicy, readOnly });
}
