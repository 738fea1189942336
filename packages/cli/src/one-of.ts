/** Options that hold one of a few words. */
import { type Option, text } from './option.ts';

interface Choice<Word extends string> {
  readonly words: readonly Word[];
  readonly fallback: Word;
  /** Help adds the words. */
  readonly description: string;
}

export const oneOf = <Word extends string>({ words, fallback, description }: Choice<Word>): Option<Word> => ({
  ...text({ placeholder: '<word>', description: `${description}: ${words.join(', ')}`, fallback }),
  fallback,
  parse(value) {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new RangeError(`expected ${words.join(', ')}`);
  },
});
