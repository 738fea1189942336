/** When the keys of each service end: who is about to be refused, for monitors. */
import type { KeyRecord } from './key-record.ts';

export interface KeyEnd {
  /** Of the service. */
  readonly name: string;
  readonly endsAt: Date;
}

/** Of each service the key that ends last: one that another follows may end. A revoked one counts for nothing. */
export function keyEnds(records: readonly KeyRecord[]): readonly KeyEnd[] {
  const last = new Map<string, Date>();
  for (const { name, expiresAt, revokedAt } of records) {
    const before = last.get(name);
    if (revokedAt === undefined && (before === undefined || before < expiresAt)) last.set(name, expiresAt);
  }
  return [...last].map(([name, endsAt]) => ({ name, endsAt }));
}
