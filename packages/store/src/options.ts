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
  /** Only look: nothing is made, not even at first use, and what would write is refused as DENIED. Default false. */
  readonly readOnly?: boolean;
}

export type ResolvedOptions = Required<StoreOptions>;

/** @throws RangeError naming the option and its value */
export function resolveOptions({
  prefix = 'segments',
  shards = 1,
  leaseMs = 60_000,
  pollMs = 2_000,
  patienceMs = 300_000,
  readOnly = false,
}: StoreOptions): ResolvedOptions {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(prefix)) {
    throw new RangeError(`prefix ${JSON.stringify(prefix)}: up to 48 of a-z, 0-9 and "-", a letter first`);
  }
  if (!Number.isInteger(shards) || shards < 1) throw new RangeError(`shards ${shards}: a whole number from 1`);
  for (const [name, ms] of Object.entries({ leaseMs, pollMs, patienceMs })) {
    if (!(ms >= 0)) throw new RangeError(`${name} ${ms}: milliseconds, not below 0`);
  }
  return Object.freeze({ prefix, shards, leaseMs, pollMs, patienceMs, readOnly });
}
