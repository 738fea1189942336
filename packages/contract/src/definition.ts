/** What a segment means: one definition over the values of a dimension gives one segment a value. */
import { createHash } from 'node:crypto';
import { Fields } from './fields.ts';
import { parseJson } from './json.ts';
import { quote } from './quote.ts';
import { isTimeZone } from './window.ts';

export const DIMENSIONS = ['store', 'category', 'city', 'country'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Over {
  readonly dim: Dimension;
  /** `orders`: every value the orders show. A list: these values, whether or not anyone ordered there. */
  readonly from: 'orders' | readonly string[];
}

/** What a customer's orders at one value of the dimension must be like. Days end where the as-of day begins. */
export type Condition =
  /** At least `atLeast` orders in the last `withinDays` days. */
  | { readonly leaf: 'orderCount'; readonly atLeast: number; readonly withinDays: number }
  /** The first order of all lies in the last `withinDays` days. */
  | { readonly leaf: 'firstOrder'; readonly withinDays: number }
  /** Ordered once, but not in the last `olderThanDays` days. */
  | { readonly leaf: 'lastOrder'; readonly olderThanDays: number };

/** Who is not in the segment of the same value that definition `of` gives, within a universe. Kept as a rule, not as rows. */
export interface Complement {
  readonly leaf: 'complement';
  /** Key of a definition that is no complement itself. */
  readonly of: string;
  /** A word: every known customer, or the never seen, too. Else a key as `of`: its segment of the same value. */
  readonly universe: string;
}

export interface Definition<When = Condition | Complement> {
  readonly key: string;
  /** Raised whenever the meaning changes. */
  readonly version: number;
  readonly type: string;
  /** For people; the value is put behind it. */
  readonly name: string;
  /** A comment: not part of the meaning. */
  readonly description?: string;
  readonly over: readonly Over[];
  readonly when: When;
  /** Whose midnights bound the days; of a complement, those of the definition it is of. */
  readonly timeZone: string;
}

export const UNIVERSES = ['known', 'everyone'] as const;

const SLUG = /^[a-z][a-z0-9-]{0,47}$/;
const MAX_DAYS = 36_500;
const KEYS = ['key', 'version', 'type', 'name', 'description', 'over', 'when', 'timeZone'];

/**
 * The definitions of a file: `{"definitions": [{key, version, type, name, description?, over, when, timeZone?}]}`;
 * `over` is one `{dim, from}` or a list of them, `when` one leaf by its name, `timeZone` defaults to UTC. What a
 * complement stands on must be in the file.
 * @throws FormatError `malformed`, naming the place, the value and what was expected
 */
export function parseDefinitions(text: string): readonly Definition[] {
  const file = new Fields(parseJson(text, 'definitions file'), 'definitions file: ').only(['definitions']);
  const places = file.objects('definitions');
  const definitions = places.map((fields) => toDefinition(fields.only(KEYS)));
  if (definitions.length === 0) file.refuse('definitions', 'at least one definition');
  refuseRepeats(
    file,
    'definitions',
    definitions.map(({ key }) => key),
  );
  const measured = new Map(definitions.filter(isMeasured).map((each) => [each.key, each]));
  return definitions.map((each, index) => based(each, measured, places[index] ?? file));
}

/** Whether customers' orders decide it: everything but a complement. */
export function isMeasured(definition: Definition): definition is Definition<Condition> {
  return definition.when.leaf !== 'complement';
}

type ByKey = ReadonlyMap<string, Definition<Condition>>;

/** A complement takes the time zone of what it is of; every definition it stands on has segments of its dimensions. */
function based(definition: Definition, measured: ByKey, place: Fields): Definition {
  if (definition.when.leaf !== 'complement') return definition;
  const { of, universe } = definition.when;
  const rule = place.object('when').object('complement');
  const known = [...measured.keys()].join(', ') || 'none';
  const baseAt = (key: 'of' | 'universe', expected: string): Definition => {
    const base = measured.get(key === 'of' ? of : universe) ?? rule.refuse(key, `${expected}; there are ${known}`);
    const absent = definition.over.find(({ dim }) => !base.over.some((over) => over.dim === dim));
    return absent === undefined ? base : rule.refuse(key, `a definition over ${absent.dim}, as this one is`);
  };
  const { timeZone } = baseAt('of', 'a definition of this file that is no complement');
  if (!isUniverseWord(universe)) baseAt('universe', '"known", "everyone" or a definition that is no complement');
  return { ...definition, timeZone };
}

export function isUniverseWord(universe: string): universe is (typeof UNIVERSES)[number] {
  return UNIVERSES.some((word) => word === universe);
}

/** SHA-256 of the meaning, hex: the order of keys and lists and the description leave it as it is. */
export function definitionHash({ description: _comment, ...meaning }: Definition): string {
  return createHash('sha256').update(canonical(meaning)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.toSorted().join()}}`;
}

function toDefinition(fields: Fields): Definition {
  return {
    key: toSlug(fields, 'key'),
    version: toCount(fields, 'version'),
    type: toSlug(fields, 'type'),
    name: fields.text('name'),
    ...(fields.has('description') && { description: fields.text('description') }),
    over: toOvers(fields),
    when: toWhen(fields),
    timeZone: toTimeZone(fields),
  };
}

function toOvers(fields: Fields): readonly Over[] {
  const list = Array.isArray(fields.value('over')) ? fields.objects('over') : [fields.object('over')];
  const overs = list.map((each) => toOver(each.only(['dim', 'from'])));
  if (overs.length === 0) fields.refuse('over', 'at least one dimension');
  refuseRepeats(
    fields,
    'over',
    overs.map(({ dim }) => dim),
  );
  return overs;
}

function toOver(fields: Fields): Over {
  const dim = fields.oneOf('dim', DIMENSIONS);
  const from = fields.value('from');
  if (from === 'orders') return { dim, from };
  if (!Array.isArray(from) || from.length === 0) return fields.refuse('from', '"orders" or a list of values');
  const values = from.map((value: unknown) =>
    isValue(value) ? value : fields.refuse('from', 'nothing but texts in it'),
  );
  refuseRepeats(fields, 'from', values);
  return { dim, from: values };
}

function isValue(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

const leaves: Record<Definition['when']['leaf'], (fields: Fields) => Definition['when']> = {
  orderCount(fields) {
    fields.only(['atLeast', 'withinDays']);
    return { leaf: 'orderCount', atLeast: toCount(fields, 'atLeast'), withinDays: toDays(fields, 'withinDays') };
  },
  firstOrder(fields) {
    return { leaf: 'firstOrder', withinDays: toDays(fields.only(['withinDays']), 'withinDays') };
  },
  lastOrder(fields) {
    return { leaf: 'lastOrder', olderThanDays: toDays(fields.only(['olderThanDays']), 'olderThanDays') };
  },
  complement(fields) {
    fields.only(['of', 'universe']);
    return { leaf: 'complement', of: toSlug(fields, 'of'), universe: toSlug(fields, 'universe') };
  },
};

function toWhen(definition: Fields): Definition['when'] {
  const names = Object.keys(leaves);
  const when = definition.object('when').only(names);
  const [present, another] = Object.entries(leaves).filter(([leaf]) => when.has(leaf));
  if (present === undefined || another !== undefined) return definition.refuse('when', `one of ${names.join(', ')}`);
  const [leaf, parse] = present;
  return parse(when.object(leaf));
}

function toSlug(fields: Fields, key: string): string {
  return fields.matching(key, SLUG, 'a letter a-z, then at most 47 of a-z 0-9 -');
}

function toCount(fields: Fields, key: string): number {
  const value = fields.value(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
    ? value
    : fields.refuse(key, 'a whole number ≥ 1');
}

function toDays(fields: Fields, key: string): number {
  const days = toCount(fields, key);
  return days <= MAX_DAYS ? days : fields.refuse(key, `at most ${MAX_DAYS} days`);
}

function toTimeZone(fields: Fields): string {
  if (!fields.has('timeZone')) return 'UTC';
  if (fields.object('when').has('complement'))
    fields.refuse('timeZone', 'none: a complement has that of its definition');
  const name = fields.text('timeZone');
  return isTimeZone(name) ? name : fields.refuse('timeZone', 'UTC or a time zone such as Europe/London');
}

function refuseRepeats(fields: Fields, key: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) < index);
  if (repeated !== undefined) fields.refuse(key, `each only once, and ${quote(repeated)} is there twice`);
}
