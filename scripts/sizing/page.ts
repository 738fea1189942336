/** What of `docs/sizing.md` is generated. */

import { type Bounds, boundsTable, shippedBounds } from './autoscaler.ts';
import { FIGURES, figureNames, type Measured, type Source } from './figures.ts';
import { type Demand, type Need, needsOf, PODS } from './needs.ts';
import { filled, markdown } from './places.ts';

const FILE = 'docs/sizing.md';

/** The service that this one takes the place of; what it did not publish is assumed, and the page says so. */
export const ORIGIN: Demand = {
  perSecond: 10_000,
  peak: 5,
  customers: 20_000_000,
  segmentsPerCustomer: 50,
  customerIdBytes: 10,
  segmentIdBytes: 24,
  active: 0.25,
  loadWithinSeconds: 900,
  cacheMb: 256,
  node: { cores: 8, memoryGb: 64, diskGb: 1_000 },
};

const MISSING = '_not measured yet_';

export interface Sources {
  readonly measured: Measured;
  /** The shipped `autoscaler.yaml`. */
  readonly autoscaler: string;
}

/** @throws Error for a page without one of the places */
export function withTables(page: string, { measured, autoscaler }: Sources): string {
  const needs = needsOf(ORIGIN, measured);
  const tables = [
    ['figures', figureTable(measured)],
    ['origin', needTable(needs)],
    ['autoscaler', boundsTable(shippedBounds(autoscaler), neededBounds(needs))],
  ] as const;
  return tables.reduce((text, table) => filled(text, table, FILE), page);
}

function neededBounds(needs: readonly Need[]): Readonly<Record<keyof Bounds, string>> {
  const of = (what: string) => shownValue(needs.find((need) => need.what === what) ?? { value: Number.NaN, unit: '' });
  return { minReplicas: of(PODS.least), maxReplicas: of(PODS.most), perPod: of(PODS.each) };
}

function figureTable(measured: Measured): string {
  const rows = figureNames.map((name) => {
    const { means, unit, source } = FIGURES[name];
    const found = measured[name];
    const value = found === undefined ? MISSING : `${rounded(found.value)} ${unit}`;
    return [`\`${name}\``, means, value, whence(source), found?.on ?? ''];
  });
  return markdown(['figure', 'what it is', 'measured', 'from', 'on'], rows);
}

function whence(source: Source): string {
  if (source.of === 'load') return `\`npm run sizing\`, load \`${source.run}\`: \`${source.cost}\``;
  if (source.of === 'bench')
    return `\`npm run bench -- ${source.subject}\`, row \`${source.row}\`: \`${source.field}\``;
  return `\`npm run sizing\`, or a pilot: ${source.how}`;
}

function needTable(needs: readonly Need[]): string {
  const rows = needs.map((need) => [need.part, need.what, shownValue(need), need.formula]);
  return markdown(['part', 'what', 'how much', 'formula'], rows);
}

const shownValue = ({ value, unit }: Pick<Need, 'value' | 'unit'>): string =>
  Number.isFinite(value) ? `${rounded(value)} ${unit}`.trim() : MISSING;

/** Three digits: more is not known. */
const rounded = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US');
