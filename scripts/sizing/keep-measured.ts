/** Writes what was measured into the files that pages are generated from, and the pages. What was not measured again stays. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Asked } from './asked-of.ts';
import { type FigureName, figureNames, type Measured } from './figures.ts';
import { withTables } from './page.ts';
import { readMeasured } from './read-measured.ts';
import type { Kept, KeptRuns } from './side-by-side.ts';
import { withLoads } from './side-by-side.ts';

const root = new URL('../../', import.meta.url);
const FILES = {
  figures: 'docs/sizing.measured.json',
  sizing: 'docs/sizing.md',
  runs: 'deploy/load/measured.json',
  loads: 'deploy/load/README.md',
  autoscaler: 'deploy/kubernetes/autoscaling/autoscaler.yaml',
};

interface Found {
  readonly asked: readonly Asked[];
  readonly inStores: Readonly<Partial<Record<FigureName, number>>>;
  /** Cores, and how busy the machine was before. */
  readonly on: string;
}

/** Names of figures that nobody measured yet. */
export function keepMeasured({ asked, inStores, on }: Found): readonly FigureName[] {
  const runs: KeptRuns = {
    ...json(FILES.runs),
    ...Object.fromEntries(asked.map((one) => [one.run.name, kept(one, on)])),
  };
  write(FILES.runs, `${JSON.stringify(runs, undefined, 2)}\n`);
  const day = new Date().toISOString().slice(0, 10);
  const stored = Object.entries(inStores).map(([name, value]) => [name, { value, on: `${on}, ${day}` }]);
  const figures: Measured = { ...json(FILES.figures), ...readMeasured(), ...Object.fromEntries(stored) };
  write(FILES.figures, `${JSON.stringify(figures, undefined, 2)}\n`);
  write(FILES.sizing, freshSizing());
  write(FILES.loads, freshLoads());
  return figureNames.filter((name) => figures[name] === undefined);
}

export const freshSizing = (): string =>
  withTables(text(FILES.sizing), { measured: json(FILES.figures), autoscaler: text(FILES.autoscaler) });
export const freshLoads = (): string => withLoads(text(FILES.loads), json(FILES.runs));

/** Without histograms: those stay in `.data/load`. */
function kept({ perSecond, loaded, complaint }: Asked, on: string): Kept {
  const rows = Object.entries(loaded?.tools ?? {}).flatMap(([tool, measured]) =>
    measured.rows.map(({ histogram: _, ...row }) => ({ ...row, tool })),
  );
  const at = loaded?.at ?? new Date().toISOString();
  return { at, on, perSecond, verdicts: loaded?.verdicts ?? [], rows, ...(complaint && { complaint }) };
}

const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const json = <Content>(path: string): Content => JSON.parse(text(path));
const write = (path: string, content: string): void => writeFileSync(new URL(path, root), content);
