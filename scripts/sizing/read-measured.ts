/** Figures from what loads and benchmarks left on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, type FigureName, figureNames, type Measured } from './figures.ts';

const root = join(import.meta.dirname, '../..');

interface Loaded {
  readonly cpu: string;
  readonly at: string;
  readonly tools: { readonly vegeta?: { readonly cost?: Readonly<Record<string, number | null>> } };
}

interface Benched {
  readonly cpu: string;
  readonly startedAt: string;
  readonly rows: readonly (Readonly<Record<string, unknown>> & {
    readonly beside?: Readonly<Record<string, number>>;
  })[];
}

/** Those that are there; a pilot's are entered by hand and are not. */
export function readMeasured(): Measured {
  const found = figureNames.flatMap((name) => {
    const one = read(name);
    return one === undefined ? [] : [[name, one] as const];
  });
  return Object.fromEntries(found);
}

function read(name: FigureName): Measured[FigureName] {
  const { source } = FIGURES[name];
  if (source.of === 'pilot') return undefined;
  if (source.of === 'load') {
    const loaded: Loaded | undefined = json(`.data/load/${source.profile}.json`);
    return figure(loaded?.tools.vegeta?.cost?.[source.cost], `${loaded?.cpu}, ${loaded?.at}`);
  }
  const benched: Benched | undefined = json(`bench/results/${source.subject}.json`);
  const row = benched?.rows.find((one) => one.name === source.row);
  return figure(row?.beside?.[source.field] ?? row?.[source.field], `${benched?.cpu}, ${benched?.startedAt}`);
}

const figure = (value: unknown, on: string): Measured[FigureName] =>
  typeof value === 'number' && Number.isFinite(value) ? { value, on } : undefined;

function json<Content>(path: string): Content | undefined {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
