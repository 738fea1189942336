/** What a flag, an environment variable or a config key may hold. */

export interface Option<T> {
  readonly description: string;
  /** How help shows the value: `<url>`; absent for a switch. */
  readonly placeholder?: string;
  readonly fallback: T;
  /** How help shows the fallback, when not as it is: `64MB`. */
  readonly fallbackText?: string;
  readonly required: boolean;
  /** Nobody is shown its value. */
  readonly secret?: boolean;
  /** The flag may be given several times: its texts are joined by commas. */
  readonly repeatable?: boolean;
  /** @throws RangeError whose message completes "--flag value: …" */
  parse(text: string): T;
}

interface Described {
  readonly description: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
}

export const text = (option: Described & { readonly fallback: string }): Option<string> => ({
  placeholder: '<text>',
  ...option,
  required: false,
  parse: nonEmpty,
});

export const optionalText = (option: Described): Option<string | undefined> => ({
  placeholder: '<text>',
  ...option,
  fallback: undefined,
  required: false,
  parse: nonEmpty,
});

export const requiredText = (option: Described): Option<string> => ({
  placeholder: '<text>',
  ...option,
  fallback: '',
  required: true,
  parse: nonEmpty,
});

interface Whole extends Described {
  readonly fallback: number;
  readonly min?: number;
  readonly max?: number;
}

/** A whole number from `min` (default 0) to `max`. */
export const integer = ({ min, max, ...option }: Whole): Option<number> => ({
  placeholder: '<n>',
  ...option,
  required: false,
  parse: (value) => parseInteger(value, min, max),
});

export const optionalInteger = ({ min, max, ...option }: Omit<Whole, 'fallback'>): Option<number | undefined> => ({
  placeholder: '<n>',
  ...option,
  fallback: undefined,
  required: false,
  parse: (value) => parseInteger(value, min, max),
});

function parseInteger(value: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `≥ ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`expected a whole number ${range}`);
}

/** A switch: present is true. */
export const flag = (option: { readonly description: string }): Option<boolean> => ({
  ...option,
  fallback: false,
  required: false,
  parse(value) {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new RangeError('expected true or false');
  },
});

function nonEmpty(value: string): string {
  if (value !== '') return value;
  throw new RangeError('expected a value that is not empty');
}

/** By camelCase name: `s3Endpoint` is `--s3-endpoint`, `<PREFIX>_S3_ENDPOINT` in the environment, `s3Endpoint` in a config file. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;
export type Values<Table extends OptionTable> = { readonly [Name in keyof Table]: ReturnType<Table[Name]['parse']> };

export const toFlag = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
export const toVariable = (prefix: string, name: string): string =>
  `${prefix}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
