/** Member and catalogue lines of a run folder ⇄ objects. The stored document is the canonical member line. */
import type { CustomerId, SegmentId } from './id.ts';

export interface Member {
  readonly customerId: CustomerId;
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
  /** Customers in the segment. */
  readonly size: number;
  /** Set for a complement segment only: "not in `complementOf`, within `universe`". */
  readonly complementOf?: SegmentId;
  readonly universe?: SegmentId | 'known' | 'everyone';
}

/** Where one canonical line stands in a buffer: start, end (without line break), id start, id end, memberships. */
export const SPAN_FIELDS = 5;
/** A longer line is refused as `too-large`. */
export const MAX_LINE_BYTES: number = 8 * 1024 * 1024;

/**
 * Fast path: true when bytes[from, to) is exactly a canonical member line; then its five span fields are in
 * `spans` from index `at`. False means "not canonical", not "bad": give it to `parseMemberLine`.
 */
export declare function scanMemberLine(
  bytes: Uint8Array,
  range: { readonly from: number; readonly to: number },
  spans: Uint32Array,
  at: number,
): boolean;
/** Slow path, any JSON. @throws FormatError (duplicate keys, lone surrogates, wrong types, bad ids, too large) */
export declare function parseMemberLine(bytes: Uint8Array): Member;
/** The canonical line, without line break. */
export declare function printMember(member: Member): string;
/** @throws FormatError */
export declare function parseSegmentLine(text: string): Segment;
/** The catalogue line (snake_case keys), without line break. */
export declare function printSegment(segment: Segment): string;
