/** Member and catalogue lines of a run folder ⇄ objects. The stored document is the canonical member line. */
import { DistinctIds } from './distinct-ids.ts';
import { Fields } from './fields.ts';
import {
  type CustomerId,
  FormatError,
  isSegmentId,
  MAX_CUSTOMER_ID_BYTES,
  MAX_SEGMENT_ID_BYTES,
  parseCustomerId,
  parseSegmentId,
  type SegmentId,
} from './id.ts';
import { parseJson } from './json.ts';

export interface Member {
  readonly customerId: CustomerId;
  /** A set in the producer's order: none twice; empty for a known customer in no segment. */
  readonly segmentIds: readonly SegmentId[];
}

export interface Segment {
  readonly id: SegmentId;
  readonly type: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly definition?: string;
  readonly definitionVersion?: string;
  /** Data time: the calculation saw the orders before this instant. */
  readonly asOf: Date;
  /** Customers in the segment; of a complement within everyone, those of them that the run knows. */
  readonly size: number;
  /** Set for a complement segment only: "not in `complementOf`, within `universe`". */
  readonly complementOf?: SegmentId;
  readonly universe?: SegmentId | 'known' | 'everyone';
}

/** Where one canonical line stands in a buffer: start, end (without line break), id start, id end, memberships. */
export const SPAN_FIELDS = 5;
/** A longer line is refused as `too-large`. */
export const MAX_LINE_BYTES: number = 8 * 1024 * 1024;

const NOWHERE = -1;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const DOT = 0x2e;
const CLOSE_LIST = 0x5d;
const CLOSE_OBJECT = 0x7d;
const OPEN = new TextEncoder().encode('{"customer_id":"');
const MIDDLE = new TextEncoder().encode('","segment_ids":[');
const segmentByte = bytesMatching(/[A-Za-z0-9._:~-]/);
const segmentStart = bytesMatching(/[A-Za-z0-9]/);
const distinct = new DistinctIds();
/** An id may begin with U+FEFF, which decoders take away unless told not to. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Fast path: true when bytes[from, to) is exactly a canonical member line, which is what `printMember` prints; then
 * its five span fields are in `spans` from index `at`. False means "not canonical", not "bad": give it to
 * `parseMemberLine`, and scan what `printMember` makes of that. For the id itself see `customerIdAt`.
 */
export function scanMemberLine(
  bytes: Uint8Array,
  range: { readonly from: number; readonly to: number },
  spans: Uint32Array,
  at: number,
): boolean {
  const { from, to } = range;
  if (to - from > MAX_LINE_BYTES || !standsAt(bytes, from, OPEN)) return false;
  const idStart = from + OPEN.length;
  const idEnd = customerIdEnd(bytes, idStart, to);
  if (idEnd === NOWHERE || !standsAt(bytes, idEnd, MIDDLE)) return false;
  const memberships = countSegmentIds(bytes, idEnd + MIDDLE.length, to);
  if (memberships === NOWHERE) return false;
  spans[at] = from;
  spans[at + 1] = to;
  spans[at + 2] = idStart;
  spans[at + 3] = idEnd;
  spans[at + 4] = memberships;
  return true;
}

/** The customer id of a scanned line. Between its id fields it stands as JSON: `"` and `\` are escaped there. */
export function customerIdAt(bytes: Uint8Array, idStart: number, idEnd: number): CustomerId {
  const text = decoder.decode(bytes.subarray(idStart, idEnd));
  return parseCustomerId(text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text);
}

/** Slow path, any JSON. @throws FormatError (repeated keys or segments, lone surrogates, wrong types, bad ids, too large) */
export function parseMemberLine(bytes: Uint8Array): Member {
  const what = 'member line';
  if (bytes.length > MAX_LINE_BYTES) {
    throw new FormatError('too-large', `${what} is ${bytes.length} bytes, at most ${MAX_LINE_BYTES} are read`);
  }
  const line = new Fields(parseJson(bytes, what), `${what}: `);
  const customerId = line.value('customer_id');
  const segmentIds = line.value('segment_ids');
  if (typeof customerId !== 'string') return line.refuse('customer_id', 'a text');
  if (!Array.isArray(segmentIds)) return line.refuse('segment_ids', 'a list of segment ids');
  return { customerId: parseCustomerId(customerId), segmentIds: parseSegmentIds(segmentIds, line) };
}

/** The canonical line, without line break. */
export function printMember(member: Member): string {
  return JSON.stringify({ customer_id: member.customerId, segment_ids: member.segmentIds });
}

/** @throws FormatError */
export function parseSegmentLine(text: string): Segment {
  const line = new Fields(parseJson(text, 'catalogue line'), 'catalogue line: ');
  return {
    id: parseSegmentId(line.text('id')),
    type: line.text('type'),
    name: line.text('name'),
    attributes: line.texts('attributes'),
    ...(line.has('definition') && { definition: line.text('definition') }),
    ...(line.has('definition_version') && { definitionVersion: line.text('definition_version') }),
    asOf: line.instant('as_of'),
    size: line.count('size'),
    ...parseComplement(line),
  };
}

/** The catalogue line (snake_case keys), without line break. */
export function printSegment(segment: Segment): string {
  return JSON.stringify({
    id: segment.id,
    type: segment.type,
    name: segment.name,
    attributes: segment.attributes,
    definition: segment.definition,
    definition_version: segment.definitionVersion,
    as_of: segment.asOf.toISOString(),
    size: segment.size,
    complement_of: segment.complementOf,
    universe: segment.universe,
  });
}

function parseSegmentIds(values: readonly unknown[], line: Fields): SegmentId[] {
  const ids = values.map((value) => (typeof value === 'string' ? parseSegmentId(value) : refuseType(line)));
  if (new Set(ids).size < ids.length) return line.refuse('segment_ids', 'every segment once');
  return ids;
}

function refuseType(line: Fields): never {
  return line.refuse('segment_ids', 'nothing but texts in it');
}

function parseComplement(line: Fields): Pick<Segment, 'complementOf' | 'universe'> {
  if (!line.has('complement_of')) {
    return line.has('universe') ? line.refuse('complement_of', 'a segment id, because universe is given') : {};
  }
  const complementOf = parseSegmentId(line.text('complement_of'));
  const universe = line.value('universe');
  if (complementOf === line.value('id')) return line.refuse('complement_of', 'another segment than the line itself');
  if (universe === line.value('id')) return line.refuse('universe', 'another segment than the line itself');
  if (universe === 'known' || universe === 'everyone' || isSegmentId(universe)) return { complementOf, universe };
  return line.refuse('universe', '"known", "everyone" or a segment id, because complement_of is given');
}

function standsAt(bytes: Uint8Array, from: number, literal: Uint8Array): boolean {
  for (let index = 0; index < literal.length; index++) if (bytes[from + index] !== literal[index]) return false;
  return true;
}

/** Where the quote after the customer id stands. */
function customerIdEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let escapes = 0;
  while (at < to && bytes[at] !== QUOTE) {
    const width = characterWidth(bytes, at);
    if (width === 0 || at - from > 2 * MAX_CUSTOMER_ID_BYTES) return NOWHERE;
    if (bytes[at] === BACKSLASH) escapes += 1;
    at += width;
  }
  const length = at - from - escapes;
  if (at >= to || length < 1 || length > MAX_CUSTOMER_ID_BYTES) return NOWHERE;
  const dots = length <= 2 && bytes[from] === DOT && bytes[at - 1] === DOT;
  return dots ? NOWHERE : at;
}

/** Bytes of the character, or of the escape, at `at`; 0 for what a canonical line must not hold. */
function characterWidth(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead === BACKSLASH) return bytes[at + 1] === QUOTE || bytes[at + 1] === BACKSLASH ? 2 : 0;
  if (lead < 0x80) return lead < 0x20 || lead === 0x7f ? 0 : 1;
  // The second byte is where UTF-8 rules out overlong forms, surrogates, numbers over U+10FFFF, and where C1 stands.
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xe0) return lead >= 0xc2 && isBetween(second, lead === 0xc2 ? 0xa0 : 0x80, 0xbf) ? 2 : 0;
  if (!isBetween(bytes[at + 2], 0x80, 0xbf)) return 0;
  if (lead < 0xf0) return isBetween(second, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf) ? 3 : 0;
  if (lead > 0xf4 || !isBetween(bytes[at + 3], 0x80, 0xbf)) return 0;
  return isBetween(second, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf) ? 4 : 0;
}

function isBetween(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high;
}

/** Counts `"a","b"` from `from` to the `]}` that must end the line. */
function countSegmentIds(bytes: Uint8Array, from: number, to: number): number {
  const end = to - 2;
  if (bytes[end] !== CLOSE_LIST || bytes[end + 1] !== CLOSE_OBJECT) return NOWHERE;
  distinct.begin(bytes);
  let count = 0;
  for (let at = from; at !== end; count++) {
    if (count > 0 && bytes[at++] !== COMMA) return NOWHERE;
    const start = at + 1;
    let byte = bytes[start] ?? 0;
    if (bytes[at] !== QUOTE || segmentStart[byte] === 0) return NOWHERE;
    let hash = 0;
    for (at = start; segmentByte[byte] === 1; byte = bytes[++at] ?? 0) hash = (Math.imul(hash, 31) + byte) | 0;
    if (byte !== QUOTE || at - start > MAX_SEGMENT_ID_BYTES || !distinct.add(start, at, hash)) return NOWHERE;
    at += 1;
  }
  return count;
}

function bytesMatching(form: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (form.test(String.fromCharCode(byte)) ? 1 : 0));
}
