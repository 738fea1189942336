/** Random source lines, read again and compared byte for byte with what the reader answers. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines, Reader } from '@segment-store/store/store';
import { type Comparison, compare, differs, type Known } from '../verify/compare.ts';
import { draw, linesAt } from '../verify/sample.ts';
import type { Gate } from './gate.ts';
import { named } from './named.ts';

export interface ReadbackTerms {
  readonly readbackLines: number;
  /** At most this many parts are read again. */
  readonly readbackParts: number;
  lines(part: Part, call: Call): AsyncIterable<Lines>;
  known(part: Part, call: Call): Promise<Known>;
  /** From 0 to below 1. */
  random(): number;
}

export function readback(terms: ReadbackTerms): Gate {
  return {
    name: 'readback',
    async judge({ sealed, outcomes }, call) {
      const finished = outcomes.parts.filter(({ state }) => state === 'finished').map(({ part }) => part);
      const places = draw(terms.readbackParts, finished.length, terms.random);
      const parts = finished.filter((_, index) => places.includes(index));
      const perPart = Math.ceil(terms.readbackLines / Math.max(1, parts.length));
      const found: Comparison[] = [];
      for (const part of parts) found.push(...(await readAgain(part, perPart, { ...terms, ...sealed }, call)));
      const wrong = found.filter(differs).map(({ line: { part, line } }) => `${part} line ${line}`);
      const sample = `${formatCount(found.length)} lines of ${formatCount(parts.length)} parts`;
      const figure = `${formatCount(wrong.length)} of ${sample} answered otherwise${named(wrong)}`;
      return { figure, limit: '0', passed: wrong.length === 0 };
    },
  };
}

type Reading = ReadbackTerms & { readonly reader: Reader };

async function readAgain(
  part: Part,
  count: number,
  { lines, known, random, reader }: Reading,
  call: Call,
): Promise<readonly Comparison[]> {
  const sample = await Array.fromAsync(linesAt(draw(count, part.rows, random), lines(part, call)));
  return compare(sample, { reader, known: await known(part, call) }, call);
}
