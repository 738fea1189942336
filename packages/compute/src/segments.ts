/** The segments of a run: every definition over every value of its dimensions. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type Definition, type Dimension, isMeasured, isUniverseWord } from '@segment-store/contract/definition';
import { expand, type Meaning } from '@segment-store/contract/expand';
import type { Engine } from './engine/duckdb.ts';
import { ORDER_DIMENSIONS } from './orders.ts';

interface Expanded {
  readonly definition: Definition;
  readonly dim: Dimension;
  readonly value: string;
  readonly meaning: Meaning;
}

/** @throws CommandError `usage` for a dimension the orders have no values of */
export function dimensionsOf(definitions: readonly Definition[]): readonly Dimension[] {
  const known: readonly Dimension[] = ORDER_DIMENSIONS;
  for (const { key, over } of definitions) {
    const stranger = over.find(({ dim }) => !known.includes(dim));
    if (stranger === undefined) continue;
    const has = `the orders have ${known.join(' and ')}`;
    throw new CommandError(exitCode.usage, `definition ${key}: the orders have no ${stranger.dim}; ${has}`);
  }
  return known.filter((dim) => definitions.some(({ over }) => over.some((each) => each.dim === dim)));
}

/** Sorted by id. */
export interface Segments {
  readonly all: readonly Expanded[];
  readonly withRows: readonly Meaning[];
  /** Rules: they have none. */
  readonly complements: readonly Meaning[];
}

/**
 * Table `segments` gets those with rows, by their position. Needs table `features`.
 * @throws CommandError `usage` for a complement of a segment that is not there
 */
export async function expandSegments(engine: Engine, definitions: readonly Definition[]): Promise<Segments> {
  const all = expandAll(definitions, await readValues(engine));
  const withRows = all.filter(({ definition }) => isMeasured(definition));
  const complements = all.filter(({ definition }) => !isMeasured(definition));
  checkComplements(complements, new Set(withRows.map(({ meaning }) => meaning.id)));
  const numbers = new Map<Definition, number>(definitions.filter(isMeasured).map((each, number) => [each, number]));
  await engine.run('CREATE TEMP TABLE segments (position INTEGER, definition INTEGER, dim VARCHAR, value VARCHAR)');
  const rows = withRows.map(({ definition, dim, value }, at) => [at, numbers.get(definition) ?? -1, dim, value]);
  await engine.insert('segments', rows);
  return { all, withRows: meaningsOf(withRows), complements: meaningsOf(complements) };
}

const meaningsOf = (segments: readonly Expanded[]): readonly Meaning[] => segments.map(({ meaning }) => meaning);

function expandAll(definitions: readonly Definition[], seen: Values): readonly Expanded[] {
  return definitions
    .flatMap((definition) =>
      definition.over.flatMap(({ dim, from }) => {
        const values = from === 'orders' ? (seen.get(dim) ?? []) : from;
        return values.map((value) => ({ definition, dim, value, meaning: expand(definition, dim, value) }));
      }),
    )
    .toSorted((a, b) => (a.meaning.id < b.meaning.id ? -1 : 1));
}

/** Lists of values can differ from definition to definition. */
function checkComplements(complements: readonly Expanded[], withRows: ReadonlySet<string>): void {
  for (const { definition, dim, value, meaning } of complements) {
    const bases = [meaning.complementOf, meaning.universe].filter((base) => base !== undefined);
    const absent = bases.find((base) => !isUniverseWord(base) && !withRows.has(base));
    if (absent === undefined) continue;
    const wayOut = `give both definitions ${dim} "${value}" in "over", or neither`;
    throw new CommandError(exitCode.usage, `definition ${definition.key}: there is no segment ${absent}; ${wayOut}`);
  }
}

/** By dimension. */
type Values = ReadonlyMap<string, readonly string[]>;

async function readValues(engine: Engine): Promise<Values> {
  const values = new Map<string, string[]>();
  for (const [dim, value] of await engine.rows('SELECT DISTINCT dim, value FROM features')) {
    const known = values.get(String(dim)) ?? [];
    known.push(String(value));
    values.set(String(dim), known);
  }
  return values;
}
