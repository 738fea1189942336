/** Identifiers. One parser per id: an unchecked string cannot reach a store. */
import { quote } from './quote.ts';

declare const checked: unique symbol;
type Checked<Name extends string> = string & { readonly [checked]: Name };

/** 1–512 UTF-8 bytes, no C0/C1 control characters, no lone surrogates, not `.` or `..`; never normalised. */
export type CustomerId = Checked<'customer'>;
/** `^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$` */
export type SegmentId = Checked<'segment'>;
/** `^\d{8}t\d{6}z(-[a-z0-9]{1,24})?$`: sorts by time and names its generation. */
export type RunId = Checked<'run'>;

export const MAX_CUSTOMER_ID_BYTES = 512;
export const MAX_SEGMENT_ID_BYTES = 128;
/** Empty, a dot segment, or with a control character. */
const NO_CUSTOMER = /^\.{0,2}$|\p{Cc}/u;
const SEGMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const RUN_ID = /^(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(\d{2})z(-[a-z0-9]{1,24})?$/;

/** Why a value of a format was refused; the names dead letters use. */
export type FormatReason = 'malformed' | 'bad-id' | 'too-large';

/** A value that does not follow its format. The message names the thing, the value and the way out. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly reason: FormatReason;
  constructor(reason: FormatReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function isCustomerId(value: unknown): value is CustomerId {
  return typeof value === 'string' && isShort(value) && value.isWellFormed() && !NO_CUSTOMER.test(value);
}

export function isSegmentId(value: unknown): value is SegmentId {
  return typeof value === 'string' && SEGMENT_ID.test(value);
}

export function isRunId(value: unknown): value is RunId {
  return typeof value === 'string' && RUN_ID.test(value);
}

/** @throws FormatError `bad-id` */
export function parseCustomerId(text: string): CustomerId {
  if (isCustomerId(text)) return text;
  throw new FormatError('bad-id', `customer id ${quote(text)} ${customerIdFault(text)}`);
}

/** @throws FormatError `bad-id` */
export function parseSegmentId(text: string): SegmentId {
  if (isSegmentId(text)) return text;
  const form = 'a letter or digit, then at most 127 of A-Z a-z 0-9 . _ : ~ -';
  throw new FormatError('bad-id', `segment id ${quote(text)} is not ${form}`);
}

/** @throws FormatError `bad-id` */
export function parseRunId(text: string): RunId {
  if (isRunId(text)) return text;
  const form = 'a UTC time and an optional suffix of a-z 0-9, as in 20260131t235959z or 20260131t235959z-retry';
  throw new FormatError('bad-id', `run id ${quote(text)} is not ${form}`);
}

/** The id of a run calculated at `computedAt`, to the second. @throws FormatError `bad-id` for a bad suffix or year */
export function createRunId(computedAt: Date, suffix?: string): RunId {
  const digits = computedAt.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return parseRunId(suffix === undefined ? `${digits}z` : `${digits}z-${suffix}`);
}

/** The wall clock of a run, to the second, from its id. @throws FormatError `bad-id` where the calendar has no such time */
export function runTime(run: RunId): Date {
  const [, year, month, day, hours, minutes, seconds] = RUN_ID.exec(run) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  // Date carries an impossible day into the next month; only a time that exists gives its own digits back.
  if (!Number.isNaN(time.getTime()) && run.startsWith(createRunId(time))) return time;
  throw new FormatError('bad-id', `run id ${quote(run)} is no time of the calendar`);
}

/** At most 512 bytes of UTF-8. A unit takes three at most, so nearly all need no counting. */
const isShort = (text: string): boolean =>
  3 * text.length <= MAX_CUSTOMER_ID_BYTES ||
  (text.length <= MAX_CUSTOMER_ID_BYTES && new TextEncoder().encode(text).length <= MAX_CUSTOMER_ID_BYTES);

function customerIdFault(text: string): string {
  if (text === '') return 'is empty';
  if (text === '.' || text === '..') return 'is a dot segment, which URLs take away';
  if (!isShort(text)) return `is longer than ${MAX_CUSTOMER_ID_BYTES} bytes of UTF-8`;
  return text.isWellFormed() ? 'holds a control character' : 'holds half of a surrogate pair';
}
