/**
 * Whose segments the raw order lines make, one customer at a time and by the calendar's own days. Slow, and on purpose
 * of nothing that the calculation is made of: no SQL, no measures, no windows.
 */
import type { Condition, Definition } from '@segment-store/contract/definition';
import { segmentIdOf } from '@segment-store/contract/expand';
import type { SegmentId } from '@segment-store/contract/id';
import type { Day } from '@segment-store/contract/window';

/** As the file has it. */
export interface RawLine {
  readonly invoice: string | null;
  /** UTC. */
  readonly orderedAt: Date | undefined;
  readonly price: number | null;
  readonly country: string | null;
  readonly category: string;
}

/** Undefined: none of the customer's lines counts, so the run does not know them. */
export function segmentsOf(
  lines: readonly RawLine[],
  definitions: readonly Definition<Condition>[],
  asOf: Day,
): ReadonlySet<SegmentId> | undefined {
  const good = lines.flatMap(goodLine);
  const seen = definitions.map((definition) => ({ definition, lines: linesBefore(asOf, definition.timeZone, good) }));
  if (seen.every((each) => each.lines.length === 0)) return undefined;
  return new Set(seen.flatMap((each) => segmentsOfOne(each.definition, each.lines)));
}

function segmentsOfOne({ key, over, when }: Definition<Condition>, lines: readonly SeenLine[]): readonly SegmentId[] {
  return over.flatMap(({ dim, from }) => {
    const places = Map.groupBy(lines, ({ country, category }) => (dim === 'country' ? country : category));
    const values = [...places.keys()].filter((value) => value !== '' && (from === 'orders' || from.includes(value)));
    const inside = values.filter((value) => holds(when, orderDays(places.get(value) ?? [])));
    return inside.map((value) => segmentIdOf(key, dim, value));
  });
}

interface GoodLine {
  readonly invoice: string;
  readonly orderedAt: Date;
  readonly country: string;
  readonly category: string;
}

interface SeenLine extends GoodLine {
  /** 1: on the day before the as-of day, on the calendar of the zone. */
  readonly daysAgo: number;
}

function goodLine({ invoice, orderedAt, price, country, category }: RawLine): readonly GoodLine[] {
  if (invoice === null || invoice.startsWith('C') || orderedAt === undefined) return [];
  if (price === null || price <= 0) return [];
  return [{ invoice, orderedAt, country: country ?? '', category }];
}

function linesBefore(asOf: Day, timeZone: string, lines: readonly GoodLine[]): readonly SeenLine[] {
  const daysAgo = (instant: Date) => (Date.parse(asOf) - Date.parse(localDay(instant, timeZone))) / 86_400_000;
  return lines.map((line) => ({ ...line, daysAgo: daysAgo(line.orderedAt) })).filter((line) => line.daysAgo > 0);
}

/** Of each order, by its earliest line. */
function orderDays(lines: readonly SeenLine[]): readonly number[] {
  const orders = Map.groupBy(lines, ({ invoice }) => invoice);
  return [...orders.values()].map((own) => Math.max(...own.map(({ daysAgo }) => daysAgo)));
}

function holds(when: Condition, days: readonly number[]): boolean {
  switch (when.leaf) {
    case 'orderCount':
      return days.filter((ago) => ago <= when.withinDays).length >= when.atLeast;
    case 'firstOrder':
      return Math.max(...days) <= when.withinDays;
    case 'lastOrder':
      return Math.min(...days) > when.olderThanDays;
  }
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** `2011-12-09`. */
function localDay(instant: Date, timeZone: string): string {
  const calendar = calendars.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  calendars.set(timeZone, calendar);
  return calendar.format(instant);
}
