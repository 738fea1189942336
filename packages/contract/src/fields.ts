/** Reads typed values out of parsed JSON; every refusal names the place, the value and what was expected. */
import { FormatError } from './id.ts';
import { nearest } from './nearest.ts';
import { quote } from './quote.ts';

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

export class Fields {
  readonly #object: object;
  readonly #path: string;

  /** `path` is what messages put before a key: `manifest.json: parts[3].` @throws FormatError for anything but an object */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FormatError('malformed', `${path.replace(/[.:\s]+$/, '')} is ${quote(value)}, expected an object`);
    }
    this.#object = value;
    this.#path = path;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  /** For files people write: a key nobody reads is a slip. */
  only(known: readonly string[]): this {
    const stranger = Object.keys(this.#object).find((key) => !known.includes(key));
    if (stranger === undefined) return this;
    const near = nearest(stranger, known);
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new FormatError('malformed', `${this.#path}${stranger} is an unknown key; ${hint}`);
  }

  value(key: string): unknown {
    return this.has(key) ? Reflect.get(this.#object, key) : undefined;
  }

  refuse(key: string, expected: string): never {
    throw new FormatError('malformed', `${this.#path}${key} is ${quote(this.value(key))}, expected ${expected}`);
  }

  text(key: string): string {
    const value = this.value(key);
    return typeof value === 'string' && value !== '' && value.isWellFormed() ? value : this.refuse(key, 'a text');
  }

  matching(key: string, form: RegExp, expected: string): string {
    const value = this.value(key);
    return typeof value === 'string' && form.test(value) ? value : this.refuse(key, expected);
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.value(key);
    return words.find((word) => word === value) ?? this.refuse(key, words.map((word) => quote(word)).join(' or '));
  }

  count(key: string): number {
    const value = this.value(key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.refuse(key, 'a whole number ≥ 0');
  }

  /** An ISO 8601 instant with its zone. */
  instant(key: string): Date {
    const value = this.value(key);
    const time = typeof value === 'string' ? parseInstant(value) : undefined;
    return time ?? this.refuse(key, 'an instant such as 2026-01-31T23:59:59Z');
  }

  object(key: string): Fields {
    return new Fields(this.value(key), `${this.#path}${key}.`);
  }

  objects(key: string): Fields[] {
    const value = this.value(key);
    if (!Array.isArray(value)) return this.refuse(key, 'a list of objects');
    return value.map((item: unknown, index) => new Fields(item, `${this.#path}${key}[${index}].`));
  }

  texts(key: string): Record<string, string> {
    const fields = this.object(key);
    return Object.fromEntries(Object.keys(fields.#object).map((name) => [name, fields.text(name)]));
  }
}

function parseInstant(text: string): Date | undefined {
  const [, year, month, day] = INSTANT.exec(text) ?? [];
  const time = new Date(text);
  if (day === undefined || Number.isNaN(time.getTime())) return undefined;
  // Date reads 30 February as 2 March.
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= daysInMonth ? time : undefined;
}
