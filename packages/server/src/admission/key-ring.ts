/** Keys that were read from the file: whose a key is. */
import { timingSafeEqual } from 'node:crypto';
import { hashOf, idOf } from './api-key.ts';
import type { KeyRecord } from './key-record.ts';
import type { Recognised } from './recognised.ts';
import { badCredentials } from './refusals.ts';

interface Kept {
  readonly hash: Buffer;
  readonly recognised: Recognised;
  readonly isRevoked: boolean;
}

const NO_HASH = Buffer.alloc(32);

/** @throws ProblemError 401: only who has the secret hears that its key ended */
export function createKeyRing(records: readonly KeyRecord[], wallClock: () => number): (key: string) => Recognised {
  const kept = new Map(records.map((record) => [record.id, toKept(record)]));
  return (key) => {
    const id = idOf(key);
    if (id === undefined) throw badCredentials('this is no whole key of ours: it was cut or mistyped');
    const found = kept.get(id);
    if (!timingSafeEqual(hashOf(key), found?.hash ?? NO_HASH) || found === undefined) {
      throw badCredentials('this server knows no such key');
    }
    if (found.isRevoked) throw badCredentials('this key was revoked; use the one that follows it');
    if (found.recognised.until <= wallClock()) throw badCredentials('this key has expired; have a new one made');
    return found.recognised;
  };
}

function toKept({ id, name, sha256, scopes, class: ofClass, rate, expiresAt, revokedAt }: KeyRecord): Kept {
  const caller = { id, name, class: ofClass, scopes: new Set(scopes) };
  return {
    hash: Buffer.from(sha256, 'hex'),
    recognised: { caller, rate, until: expiresAt.getTime() },
    isRevoked: revokedAt !== undefined,
  };
}
