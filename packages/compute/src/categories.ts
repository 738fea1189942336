/** The category of a product, from the words of its description. */
import { FormatError } from '@segment-store/contract/id';

export interface CategoryRule {
  /** One or more whole words, upper case, a space on each side. */
  readonly keyword: string;
  readonly category: string;
}

const HEADER = 'keyword,category';
const NO_CATEGORY = 'other';

/** CSV without quotes: `keyword,category` and a rule a line. @throws FormatError `malformed`, naming the line */
export function parseCategories(text: string): readonly CategoryRule[] {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw refused(1, `the first line must be ${HEADER}`);
  const rules = lines.map((line, index) => toRule(line, index + 2));
  const seen = new Map<string, number>();
  for (const [index, { keyword }] of rules.entries()) {
    const first = seen.get(keyword);
    if (first !== undefined) throw refused(index + 2, `keyword "${keyword.trim()}" is on line ${first} already`);
    seen.set(keyword, index + 2);
  }
  return rules;
}

function toRule(line: string, number: number): CategoryRule {
  const [keyword = '', category = '', ...rest] = line.split(',');
  if (toWords(keyword) === '' || category.trim() === '' || rest.length > 0) {
    throw refused(number, `expected a keyword, a comma and a category, found ${JSON.stringify(line.slice(0, 60))}`);
  }
  return { keyword: ` ${toWords(keyword)} `, category: category.trim() };
}

function refused(line: number, fault: string): FormatError {
  return new FormatError('malformed', `line ${line}: ${fault}`);
}

/** The category of the first rule whose keyword is in the description as whole words; else `other`. */
export function categoryOf(description: string, rules: readonly CategoryRule[]): string {
  const words = ` ${toWords(description)} `;
  return rules.find(({ keyword }) => words.includes(keyword))?.category ?? NO_CATEGORY;
}

/** Upper case, everything but letters and digits a space: `T-LIGHT` is the two words T LIGHT. */
function toWords(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, ' ')
    .trim();
}
