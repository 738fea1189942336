/** Options that hold several texts. */
import { nearest } from '@segment-store/contract/nearest';
import type { Option } from './option.ts';

interface List {
  readonly description: string;
  readonly placeholder?: string;
  /** When given, nothing else may be in the list. */
  readonly known?: readonly string[];
}

/**
 * `--canary c1 --canary c2`, `c1,c2`, or a JSON array: `["a,b"]` for texts that hold commas, and in config files.
 * Default: none. Not empty texts, in the order given, each once.
 */
export const list = ({ known, ...option }: List): Option<readonly string[]> => ({
  placeholder: '<text,…>',
  ...option,
  fallback: [],
  fallbackText: 'none',
  required: false,
  repeatable: true,
  parse(value) {
    const texts = value.startsWith('[') ? fromJson(value) : value.split(',').map((text) => text.trim());
    if (texts.includes('')) throw new RangeError('expected texts that are not empty, separated by commas');
    if (known !== undefined) checkKnown(texts, known);
    return [...new Set(texts)];
  },
});

function fromJson(value: string): readonly string[] {
  const texts = parseJson(value);
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
  throw new RangeError('expected texts separated by commas, or one JSON array of texts');
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function checkKnown(texts: readonly string[], known: readonly string[]): void {
  const stranger = texts.find((text) => !known.includes(text));
  if (stranger === undefined) return;
  const near = nearest(stranger, known);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new RangeError(`"${stranger}" is none of ${known.join(', ')}${hint}`);
}
