/** The segments of a run: every definition over every value of its dimensions. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Definition, Dimension } from '@segment-store/contract/definition';
import { expand, type Meaning } from '@segment-store/contract/expand';
import type { Engine } from './engine/duckdb.ts';
import { ORDER_DIMENSIONS } from './orders.ts';

export interface Expanded {
  readonly definition: Definition;
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

/** Sorted by id; table `segments` gets them by their position in this order. Needs table `features`. */
export async function expandSegments(engine: Engine, definitions: readonly Definition[]): Promise<readonly Expanded[]> {
  const seen = await readValues(engine);
  const segments = definitions
    .flatMap((definition) =>
      definition.over.flatMap(({ dim, from }) => {
        const values = from === 'orders' ? (seen.get(dim) ?? []) : from;
        return values.map((value) => ({ definition, dim, value, meaning: expand(definition, dim, value) }));
      }),
    )
    .toSorted((a, b) => (a.meaning.id < b.meaning.id ? -1 : 1));
  await engine.run('CREATE TEMP TABLE segments (position INTEGER, definition INTEGER, dim VARCHAR, value VARCHAR)');
  const rows = segments.map(({ definition, dim, value }, at) => [at, definitions.indexOf(definition), dim, value]);
  await engine.insert('segments', rows);
  return segments;
}

async function readValues(engine: Engine): Promise<ReadonlyMap<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  for (const [dim, value] of await engine.rows('SELECT DISTINCT dim, value FROM features')) {
    const known = values.get(String(dim)) ?? [];
    known.push(String(value));
    values.set(String(dim), known);
  }
  return values;
}
