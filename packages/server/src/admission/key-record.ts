/** The keys file: who may do what, without anything that would let its reader in. */
import { Fields } from '@segment-store/contract/fields';
import { FormatError } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';
import { type CallerClass, callerClasses, type Scope, scopes } from './admission.ts';
import { KEY_ID } from './api-key.ts';

const SCHEMA = 'segment-store/keys/1';
/** Of a name: it stands in lists, metrics and the console. */
export const NAME: RegExp = /^[a-z0-9][a-z0-9-]{0,47}$/;
export const NAME_FORM = 'a to z, 0 to 9 and -, at most 48';
export const MAX_RATE = 1_000_000;

export interface KeyRecord {
  readonly id: string;
  /** The service that holds it; two of a name may be active, so that one can follow the other. */
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  readonly class: CallerClass;
  /** Requests a second; absent: what the server gives. */
  readonly rate?: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
}

export function isActive({ expiresAt, revokedAt }: KeyRecord, now: Date): boolean {
  return revokedAt === undefined && expiresAt > now;
}

/** @throws FormatError that names the place */
export function parseKeyFile(source: Uint8Array, path: string): readonly KeyRecord[] {
  const file = new Fields(parseJson(source, path), `${path}: `).only(['schema', 'keys']);
  if (file.text('schema') !== SCHEMA) file.refuse('schema', `"${SCHEMA}"`);
  const records = file.objects('keys').map((fields, index) => parseRecord(fields, `${path}: keys[${index}]`));
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size === records.length) return records;
  throw new FormatError('malformed', `${path} has two keys of one id`);
}

const FIELDS = ['id', 'name', 'sha256', 'scopes', 'class', 'rate', 'createdAt', 'expiresAt', 'revokedAt'];

function parseRecord(fields: Fields, place: string): KeyRecord {
  fields.only(FIELDS);
  return {
    id: fields.matching('id', KEY_ID, '10 of a to z and 0 to 9'),
    name: fields.matching('name', NAME, NAME_FORM),
    sha256: hashIn(fields, place),
    scopes: scopesOf(fields),
    class: fields.oneOf('class', callerClasses),
    ...(fields.has('rate') && { rate: rateOf(fields) }),
    createdAt: fields.instant('createdAt'),
    expiresAt: fields.instant('expiresAt'),
    ...(fields.has('revokedAt') && { revokedAt: fields.instant('revokedAt') }),
  };
}

/** Not quoted when it is none: somebody may have put the key itself there. */
function hashIn(fields: Fields, place: string): string {
  const hash = fields.value('sha256');
  if (typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new FormatError('malformed', `${place}.sha256 is no SHA-256: expected 64 hex digits`);
}

function scopesOf(fields: Fields): readonly Scope[] {
  const given = fields.value('scopes');
  const named = Array.isArray(given) ? given : [];
  const known = scopes.filter((scope) => named.includes(scope));
  if (known.length > 0 && known.length === named.length) return known;
  return fields.refuse('scopes', `a list of ${scopes.join(', ')}, each once`);
}

function rateOf(fields: Fields): number {
  const rate = fields.count('rate');
  return rate >= 1 && rate <= MAX_RATE ? rate : fields.refuse('rate', `1 to ${MAX_RATE}`);
}

export function printKeyFile(records: readonly KeyRecord[]): string {
  return `${JSON.stringify({ schema: SCHEMA, keys: records }, null, 2)}\n`;
}
