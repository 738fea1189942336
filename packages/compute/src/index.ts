/** Calculating a run from a program instead of the command line. */
export type { Calculated, Calculation, CalculationDeps } from './calculate.ts';
export { calculate } from './calculate.ts';
export type { CategoryRule } from './categories.ts';
export { parseCategories } from './categories.ts';
export type { Engine, EngineOptions } from './engine/duckdb.ts';
export { openDuckDb } from './engine/duckdb.ts';
