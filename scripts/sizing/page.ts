/** What of `docs/sizing.md` is generated: tables between `<!-- generated: name -->` and `<!-- end -->`. */
import { FIGURES, figureNames, type Measured, type Source } from './figures.ts';
import { type Demand, needsOf } from './needs.ts';

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

/** @throws Error for a page without one of the places */
export function withTables(page: string, measured: Measured): string {
  return filled(filled(page, 'figures', figureTable(measured)), 'origin', needTable(ORIGIN, measured));
}

function filled(page: string, name: string, table: string): string {
  const [start, end] = [`<!-- generated: ${name} -->\n`, '<!-- end -->'];
  const from = page.indexOf(start) + start.length;
  const to = page.indexOf(end, from);
  if (from < start.length || to < 0) throw new Error(`docs/sizing.md has no ${start.trim()} … ${end}`);
  return `${page.slice(0, from)}${table}${page.slice(to)}`;
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
  if (source.of === 'load')
    return `\`npm run load -- --profile ${source.profile}\`, cost of vegeta: \`${source.cost}\``;
  if (source.of === 'bench')
    return `\`npm run bench -- ${source.subject}\`, row \`${source.row}\`: \`${source.field}\``;
  return `a pilot: ${source.how}`;
}

function needTable(demand: Demand, measured: Measured): string {
  const rows = needsOf(demand, measured).map(({ part, what, formula, value, unit }) => {
    return [part, what, Number.isFinite(value) ? `${rounded(value)} ${unit}`.trim() : MISSING, formula];
  });
  return markdown(['part', 'what', 'how much', 'formula'], rows);
}

const markdown = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** Three digits: more is not known. */
const rounded = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US');
