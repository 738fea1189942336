/** Figures from what loads and benchmarks left on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, type FigureName, figureNames, type Measured } from './figures.ts';

/** Of requests, from 0 to 1. */
const FEW = 0.01;

const root = join(import.meta.dirname, '../..');

interface Loaded {
  readonly cpu: string;
  readonly at: string;
  /** Of the minute before its end, itself included. */
  readonly machineLoad: number;
  readonly tools: { readonly vegeta?: { readonly cost?: Readonly<Record<string, number | null>> } };
}

interface Benched {
  readonly cpu: string;
  readonly startedAt: string;
  readonly rows: readonly (Readonly<Record<string, unknown>> & {
    readonly beside?: Readonly<Record<string, number>>;
  })[];
}

/** Those that are there, without those of stores, which are asked while they run. */
export function readMeasured(): Measured {
  const found = figureNames.flatMap((name) => {
    const one = read(name);
    return one === undefined ? [] : [[name, one] as const];
  });
  return Object.fromEntries(found);
}

function read(name: FigureName): Measured[FigureName] {
  const { source } = FIGURES[name];
  if (source.of === 'stores') return undefined;
  if (source.of === 'load') {
    const loaded: Loaded | undefined = json(`.data/load/${source.run}.json`);
    const cost = loaded?.tools.vegeta?.cost;
    const on = whenceOf(loaded?.cpu, loaded?.at, loaded?.machineLoad);
    return figure(cost?.[source.cost], `${on}${refusedOf(cost?.shedShare)}`);
  }
  const benched: Benched | undefined =
    json(`bench/results/${source.subject}.json`) ?? json(`.data/load/${source.subject}.json`);
  const row = benched?.rows.find((one) => one.name === source.row);
  return figure(
    row?.beside?.[source.field] ?? row?.[source.field],
    whenceOf(benched?.cpu, benched?.startedAt, row?.beside?.machineLoad),
  );
}

/** A refusal costs less than an answer: figures of a load that was refused are too good, or of few. */
const refusedOf = (share: number | null = 0): string =>
  (share ?? 0) < FEW ? '' : `, **${Math.round(100 * (share ?? 0))} % refused**`;

const whenceOf = (cpu?: string, at?: string, load?: number): string =>
  [cpu, at?.slice(0, 16).replace('T', ' '), ...(load === undefined ? [] : [`load ${load.toFixed(1)}`])].join(', ');

const figure = (value: unknown, on: string): Measured[FigureName] =>
  typeof value === 'number' && Number.isFinite(value) ? { value, on } : undefined;

function json<Content>(path: string): Content | undefined {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
