/** Orders and definitions → a run folder. */
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type Definition, isMeasured } from '@segment-store/contract/definition';
import { type RunId, runTime } from '@segment-store/contract/id';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import { type Day, startOfDay } from '@segment-store/contract/window';
import type { Folder } from '@segment-store/folder/folder';
import type { CategoryRule } from './categories.ts';
import type { Engine } from './engine/duckdb.ts';
import { featuresForm, membershipsForm } from './engine/forms.ts';
import { planFeatures } from './features.ts';
import { foldMembers } from './members.ts';
import { excludedLines, type OrderCounts, readOrders } from './orders.ts';
import { openRun } from './run-writer.ts';
import { SegmentSizes } from './segment-sizes.ts';
import { dimensionsOf, expandSegments } from './segments.ts';

export interface Calculation {
  /** Path of a Parquet file. */
  readonly orders: string;
  readonly definitions: readonly Definition[];
  readonly categories: readonly CategoryRule[];
  /** The orders before this day begins are seen, in each definition's own time zone. */
  readonly asOf: Day;
  readonly run: RunId;
  readonly parts: number;
  /** ISO 8601 duration, for the manifest. */
  readonly expectedEvery?: string;
  readonly producer: Manifest['producer'];
}

export interface CalculationDeps {
  readonly engine: Engine;
  /** The run's own folder. */
  readonly folder: Folder;
  readonly say: Say;
  readonly signal: AbortSignal;
}

export interface Calculated {
  readonly orders: OrderCounts;
  readonly manifest: Omit<Manifest, 'hash'>;
}

/** @throws CommandError `input` for orders that give nothing, `usage` for a definition they cannot answer, `refused` */
export async function calculate(calculation: Calculation, deps: CalculationDeps): Promise<Calculated> {
  const { definitions, asOf } = calculation;
  const { engine, folder, say, signal } = deps;
  const dimensions = dimensionsOf(definitions);
  const run = await openRun(folder, signal);

  say({ kind: 'stage', stage: 'orders', detail: calculation.orders });
  const orders = await readOrders(engine, { ...calculation, asOf: lastAsOf(calculation) });
  if (orders.customers === 0) throw noCustomers(calculation, orders);

  const { measures, conditions } = planFeatures(definitions.filter(isMeasured), asOf);
  say({ kind: 'stage', stage: 'features', detail: `${measures.length} for ${definitions.length} definitions` });
  await engine.run(featuresForm(dimensions, measures));
  const { all, withRows, complements } = await expandSegments(engine, definitions);

  say({ kind: 'stage', stage: 'members', detail: `${orders.customers} customers, ${all.length} segments` });
  const sizes = new SegmentSizes(withRows, complements);
  const rows = engine.stream(membershipsForm(conditions));
  const members = foldMembers({ rows, segmentIds: withRows.map(({ id }) => id), sizes: sizes.counts });
  const split = { customers: orders.customers, parts: calculation.parts };
  const parts = await run.members(sizes.counting(members), split);
  const asOfs = new Map(definitions.map((each) => [each, startOfDay(asOf, each.timeZone)]));
  const sized = all.map(({ meaning, definition }) => {
    const size = sizes.of(meaning, orders.customers);
    return { ...meaning, asOf: asOfs.get(definition) ?? lastAsOf(calculation), size };
  });
  const manifest = toManifest(calculation, { orders, parts, catalogue: await run.catalogue(sized) });
  await run.manifest(manifest);
  return { orders, manifest };
}

/** Definitions of several zones see the same lines up to the last of their midnights, and each cuts for itself. */
function lastAsOf({ definitions, asOf }: Calculation): Date {
  return new Date(Math.max(...definitions.map(({ timeZone }) => startOfDay(asOf, timeZone).getTime())));
}

function noCustomers({ orders, asOf }: Calculation, { lines, later }: OrderCounts): CommandError {
  const seen = `${lines} lines read, ${later} of them later`;
  return new CommandError(exitCode.input, `orders ${orders} hold no customer before ${asOf} (${seen}): no run written`);
}

interface Written {
  readonly orders: OrderCounts;
  readonly parts: readonly Part[];
  readonly catalogue: Part;
}

function toManifest(calculation: Calculation, { orders, parts, catalogue }: Written): Omit<Manifest, 'hash'> {
  const { run, expectedEvery, producer } = calculation;
  const total = (count: (part: Part) => number): number => parts.reduce((sum, part) => sum + count(part), 0);
  return {
    run,
    computedAt: runTime(run),
    layout: 'by-customer',
    format: 'ndjson',
    ...(expectedEvery !== undefined && { expectedEvery }),
    parts,
    catalogue,
    totals: {
      customers: total(({ rows }) => rows),
      memberships: total(({ memberships }) => memberships ?? 0),
      segments: catalogue.rows,
    },
    rejectedUpstream: excludedLines(orders),
    producer,
  };
}
