/**
 * `seg_{environment}_{id}_{secret}{crc}`. The id finds the record, the secret proves it, the checksum lets a scanner
 * know a leaked key by its looks, and tells a key that was cut or mistyped from one that is unknown.
 */
import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** 43 of 62 letters: 256 bits, so that a plain SHA-256 keeps it. */
const SECRET_LENGTH = 43;
const ID_LENGTH = 10;
const CRC_LENGTH = 6;
const FORM = new RegExp(
  `^seg_[a-z][a-z0-9-]{0,15}_(?<id>[a-z0-9]{${ID_LENGTH}})_[A-Za-z0-9]{${SECRET_LENGTH + CRC_LENGTH}}$`,
);
const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const ENVIRONMENT: RegExp = /^[a-z][a-z0-9-]{0,15}$/;
export const KEY_ID: RegExp = new RegExp(`^[a-z0-9]{${ID_LENGTH}}$`);

export interface ApiKey {
  readonly id: string;
  /** Shown once, kept nowhere. */
  readonly text: string;
}

export function createApiKey(environment: string): ApiKey {
  const id = letters(ID_LENGTH, 36);
  const open = `seg_${environment}_${id}_${letters(SECRET_LENGTH, 62)}`;
  return { id, text: open + checksum(open) };
}

/** Whether a credential means to be a key of ours; a JWT starts otherwise. */
export const looksLikeKey = (text: string): boolean => text.startsWith('seg_');

/** Undefined for what is cut or mistyped. */
export function idOf(text: string): string | undefined {
  if (checksum(text.slice(0, -CRC_LENGTH)) !== text.slice(-CRC_LENGTH)) return undefined;
  return FORM.exec(text)?.groups?.id;
}

export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

function letters(count: number, of: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(of)]).join('');
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CRC_LENGTH; place++) {
    digits = (LETTERS[rest % 62] ?? '') + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
