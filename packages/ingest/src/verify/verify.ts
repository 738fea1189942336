/** Source lines beside the live generation. */
import type { Manifest, Part } from '@segment-store/contract/manifest';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines, Reader } from '@segment-store/store/store';
import type { InParallel } from '../in-parallel.ts';
import { type Comparison, compare, differs, type Known, lineCount, type SourceLine, sourceLine } from './compare.ts';
import { draw, linesAt } from './sample.ts';

export interface VerifyTerms {
  readonly reader: Reader;
  readonly inParallel: InParallel;
  lines(part: Part, call: Call): AsyncIterable<Lines>;
  /** Which of them are compared. */
  choice(part: Part, lines: AsyncIterable<Lines>): AsyncIterable<SourceLine>;
  known(part: Part, call: Call): Promise<Known>;
  /** Hears of every few lines that were compared. */
  onCompared(lines: number): void;
}

export interface Verification {
  /** `rejected`: as the load rejected them, or no member line in the first place. */
  readonly lines: { readonly [found in Comparison['found']]: number };
  /** The first few, in no order. */
  readonly differences: readonly Comparison[];
  /** Parts that are corrupt: of their lines only those before the damage were compared. */
  readonly corrupt: readonly { readonly key: string; readonly message: string }[];
}

const DIFFERENCES = 20;
const AT_ONCE = 250;

/** `parts` side by side. */
export async function verify(parts: readonly Part[], terms: VerifyTerms, call: Call): Promise<Verification> {
  const sums = { equal: 0, different: 0, absent: 0, rejected: 0, erased: 0 };
  const differences: Comparison[] = [];
  const corrupt: { key: string; message: string }[] = [];
  const comparePart = async (part: Part, partCall: Call) => {
    const known = await terms.known(part, partCall);
    const all = tap(terms.lines(part, partCall), ({ settled }) => (sums.rejected += settled.rejected.length));
    for await (const lines of groups(terms.choice(part, all))) {
      const compared = await compare(lines, { reader: terms.reader, known }, partCall);
      for (const { found } of compared) sums[found] += 1;
      differences.push(...compared.filter(differs).slice(0, DIFFERENCES - differences.length));
      terms.onCompared(lines.length);
    }
  };
  await terms.inParallel(
    () => parts,
    call,
    (part, partCall) =>
      comparePart(part, partCall).catch((error: unknown) => {
        if (!isFailure(error) || error.code !== 'CORRUPT') throw error;
        corrupt.push({ key: part.key, message: error.message });
      }),
  );
  return { lines: sums, differences, corrupt };
}

export async function* everyLine(_part: Part, all: AsyncIterable<Lines>): AsyncGenerator<SourceLine> {
  for await (const lines of all) {
    for (let index = 0; index < lineCount(lines); index++) yield sourceLine(lines, index);
  }
}

/** About `count` random lines of the whole run. */
export function someLines(
  { parts }: Pick<Manifest, 'parts'>,
  count: number,
  random: () => number,
): VerifyTerms['choice'] {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const places = draw(count, rows, random).values();
  const chosen = new Map<string, number[]>();
  let first = 0;
  let place = places.next();
  for (const { key, rows: own } of parts) {
    const mine: number[] = [];
    for (; !place.done && place.value < first + own; place = places.next()) mine.push(place.value - first);
    chosen.set(key, mine);
    first += own;
  }
  return ({ key }, lines) => linesAt(chosen.get(key) ?? [], lines);
}

async function* tap<T>(items: AsyncIterable<T>, hear: (item: T) => void): AsyncGenerator<T> {
  for await (const item of items) {
    hear(item);
    yield item;
  }
}

async function* groups(lines: AsyncIterable<SourceLine>): AsyncGenerator<readonly SourceLine[]> {
  let group: SourceLine[] = [];
  for await (const line of lines) {
    group.push(line);
    if (group.length < AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
