/** Half-open stretches of time, [from, to), whose edges are midnights of a time zone. */
import { FormatError } from './id.ts';
import { quote } from './quote.ts';

declare const checked: unique symbol;
/** A day of the calendar since 1900, `YYYY-MM-DD`, in no zone. */
export type Day = string & { readonly [checked]: 'day' };

export interface Window {
  /** First instant inside. */
  readonly from: Date;
  /** First instant after. */
  readonly to: Date;
}

const DAY = /^(?:19|[2-9]\d)\d{2}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** @throws FormatError `malformed` for another form or a day the calendar lacks */
export function parseDay(text: string): Day {
  if (isDay(text)) return text;
  throw new FormatError('malformed', `day ${quote(text)} is not a day since 1900 as in 2026-01-31`);
}

function isDay(text: string): text is Day {
  const time = DAY.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // Date carries 30 February into March; only a day that exists gives its own digits back.
  return time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** `UTC`, an IANA name (`Europe/London`) or an offset (`+01:00`). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The `days` whole days that end where `day` begins: as long as the clock makes them, so 23 or 25 hours happen. */
export function lastDays(days: number, day: Day, timeZone: string): Window {
  return { from: midnight(toUtc(day) - days * DAY_MS, timeZone), to: startOfDay(day, timeZone) };
}

/** The first instant of a day. Where the clock shows midnight twice, the first; where it skips it, when it jumps. */
export function startOfDay(day: Day, timeZone: string): Date {
  return midnight(toUtc(day), timeZone);
}

function toUtc(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function midnight(utcMidnight: number, timeZone: string): Date {
  const before = offsetAt(utcMidnight - DAY_MS, timeZone);
  const after = offsetAt(utcMidnight + DAY_MS, timeZone);
  const candidates = [utcMidnight - before, utcMidnight - after].toSorted((a, b) => a - b);
  const shown = candidates.find((instant) => instant + offsetAt(instant, timeZone) === utcMidnight);
  return new Date(shown ?? utcMidnight - before);
}

/** How far the zone's clock is ahead of UTC, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of clock(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

function clock(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit';
  const time = { hour: two, minute: two, second: two } as const;
  return new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', year: 'numeric', month: two, day: two, ...time });
}
