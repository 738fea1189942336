/** Identifiers. One parser per id: an unchecked string cannot reach a store. */

declare const checked: unique symbol;
type Checked<Name extends string> = string & { readonly [checked]: Name };

/** 1–512 UTF-8 bytes, no C0/C1 control characters, no lone surrogates, not `.` or `..`; never normalised. */
export type CustomerId = Checked<'customer'>;
/** `^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$` */
export type SegmentId = Checked<'segment'>;
/** `^\d{8}t\d{6}z(-[a-z0-9]{1,24})?$`: sorts by time and names its generation. */
export type RunId = Checked<'run'>;

/** Why a value of a format was refused; the names dead letters use. */
export type FormatReason = 'malformed' | 'bad-id' | 'too-large';

/** A value that does not follow its format. The message names the thing, the value and the way out. */
export declare class FormatError extends Error {
  override readonly name: 'FormatError';
  readonly reason: FormatReason;
  constructor(reason: FormatReason, message: string);
}

export declare function isCustomerId(value: unknown): value is CustomerId;
export declare function isSegmentId(value: unknown): value is SegmentId;
export declare function isRunId(value: unknown): value is RunId;
/** @throws FormatError `bad-id` */
export declare function parseCustomerId(text: string): CustomerId;
/** @throws FormatError `bad-id` */
export declare function parseSegmentId(text: string): SegmentId;
/** @throws FormatError `bad-id` */
export declare function parseRunId(text: string): RunId;
/** The wall clock of a run, to the second, from its id. */
export declare function runTime(run: RunId): Date;
