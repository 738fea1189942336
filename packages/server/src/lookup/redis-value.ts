/**
 * What Redis keeps of one customer in one generation: version (1 byte), digest of the generation (8), CRC-32 of key and
 * body (4), body. Body: 0 for a customer nobody knows, else the number of segments + 1 and each one's place in the
 * catalogue in order of ids, as LEB128: 20 of 100,000 segments are 73 bytes instead of 500.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { inOrder } from './catalogue.ts';

/** What the store said of a customer: undefined is an answer, too. */
export interface Told {
  readonly customerId: CustomerId;
  readonly member: Member | undefined;
}

/** Where a value belongs: nobody else's key makes it valid. */
interface Address {
  readonly key: string;
  readonly customerId: CustomerId;
}

export interface RedisValues {
  /** Undefined for a member that is not worth keeping, or cannot be. */
  encode(member: Member | undefined, key: string): Buffer | undefined;
  /** Undefined for bytes that are not exactly what `encode` makes of this generation under this key. */
  decode(bytes: Buffer | null | undefined, address: Address): Told | undefined;
}

const VERSION = 1;
const DIGEST_BYTES = 8;
const CRC_AT = 1 + DIGEST_BYTES;
const BODY_AT = CRC_AT + 4;
/** A longer one would hold up everybody else's in the same answer. */
const MAX_BYTES = 64 * 1024;
/** Of a place or a count: they stay below 2^28. */
const MAX_NUMBER_BYTES = 4;

export function createRedisValues(reader: Pick<Reader, 'generation' | 'catalogue'>): RedisValues {
  const segmentIds = inOrder(reader).map(({ id }) => id);
  const places = new Map(segmentIds.map((id, place) => [id, place]));
  const head = headOf(reader);
  return {
    encode(member, key) {
      const numbers = numbersOf(member, places);
      if (numbers === undefined) return undefined;
      const bytes = Buffer.allocUnsafe(BODY_AT + MAX_NUMBER_BYTES * numbers.length);
      head.copy(bytes);
      const end = numbers.reduce((at, number) => writeNumber(bytes, number, at), BODY_AT);
      if (end > MAX_BYTES) return undefined;
      bytes.writeUInt32LE(checksum(key, bytes.subarray(BODY_AT, end)), CRC_AT);
      return bytes.subarray(0, end);
    },
    decode(bytes, { key, customerId }) {
      if (!bytes || bytes.length <= BODY_AT || bytes.compare(head, 0, CRC_AT, 0, CRC_AT) !== 0) return undefined;
      const body = bytes.subarray(BODY_AT);
      if (bytes.readUInt32LE(CRC_AT) !== checksum(key, body)) return undefined;
      const numbers = readNumbers(body);
      if (numbers[0] === 0) return numbers.length === 1 ? { customerId, member: undefined } : undefined;
      return withSegments(customerId, numbers, segmentIds);
    },
  };
}

/** Version and generation: a run loaded anew from another manifest has another one. */
function headOf({ generation: { run, manifestHash } }: Pick<Reader, 'generation'>): Buffer {
  const digest = createHash('sha256').update(`${run}\n${manifestHash}`).digest();
  return Buffer.concat([Buffer.of(VERSION), digest.subarray(0, DIGEST_BYTES)]);
}

const checksum = (key: string, body: Uint8Array): number => crc32(body, crc32(key));

/** Undefined for a segment that is not in the catalogue. */
function numbersOf(member: Member | undefined, places: ReadonlyMap<SegmentId, number>): number[] | undefined {
  if (member === undefined) return [0];
  const numbers = [member.segmentIds.length + 1];
  for (const id of member.segmentIds) {
    const place = places.get(id);
    if (place === undefined) return undefined;
    numbers.push(place);
  }
  return numbers;
}

function withSegments(
  customerId: CustomerId,
  [count = 0, ...places]: number[],
  all: readonly SegmentId[],
): Told | undefined {
  const segmentIds = places.map((place) => all[place]).filter((id) => id !== undefined);
  if (segmentIds.length !== count - 1 || places.length !== count - 1) return undefined;
  return { customerId, member: { customerId, segmentIds } };
}

function writeNumber(bytes: Buffer, number: number, from: number): number {
  let at = from;
  let left = number;
  for (; left > 0x7f; left >>>= 7) bytes[at++] = (left & 0x7f) | 0x80;
  bytes[at++] = left;
  return at;
}

/** A number that does not end is left out: the count then does not fit. */
function readNumbers(body: Uint8Array): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (const byte of body) {
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    numbers.push(number);
    number = 0;
    shift = 0;
  }
  return numbers;
}
