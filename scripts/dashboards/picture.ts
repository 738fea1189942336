/** A dashboard as an SVG: for the docs, and for whoever has no Grafana at hand. */
import type { Dashboard, Line, Panel, Unit } from './dashboard.ts';
import { toPromql } from './query.ts';
import type { Series, Span } from './series.ts';

const WIDTH = 1_200;
const ROW = 28;
const GAP = 10;
const HEIGHT = { figure: 96, lines: 230 };
/** Of a chart, what is left for title, scale and legend. */
const INSET = { left: 52, right: 10, top: 30, legend: 15 };
const MOST_IN_LEGEND = 5;
/** Width of one in a legend, about. */
const CHARACTER = 6;
const COLORS = [
  '#3274d9',
  '#56a64b',
  '#e0b400',
  '#e02f44',
  '#8f3bb8',
  '#ff780a',
  '#37872d',
  '#0a437c',
  '#705da0',
  '#6e6e6e',
];

/** Range query → series; panels are asked one after the other. */
type Ask = (promql: string, span: Span) => Promise<readonly Series[]>;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Drawn {
  readonly legend: string;
  readonly points: Series['points'];
}

export async function drawDashboard({ title, rows }: Dashboard, span: Span, ask: Ask): Promise<string> {
  const parts = [text(title, { x: GAP, y: 26, size: 18 })];
  let y = 40;
  for (const { title: rowTitle, panels } of rows) {
    parts.push(text(rowTitle, { x: GAP, y: y + 18, size: 13, weight: 600 }));
    y += ROW;
    const w = (WIDTH - GAP) / panels.length - GAP;
    const h = Math.max(...panels.map(({ kind }) => HEIGHT[kind]));
    for (const [index, panel] of panels.entries()) {
      parts.push(
        drawPanel(panel, await seriesOf(panel.lines, span, ask), { x: GAP + index * (w + GAP), y, w, h }, span),
      );
    }
    y += h + GAP;
  }
  return svg(title, y, parts);
}

async function seriesOf(lines: readonly Line[], span: Span, ask: Ask): Promise<readonly Drawn[]> {
  const drawn: Drawn[] = [];
  for (const { query, legend } of lines) {
    for (const { labels, points } of await ask(toPromql(query), span)) {
      drawn.push({ legend: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? ''), points });
    }
  }
  return drawn;
}

function drawPanel(panel: Panel, drawn: readonly Drawn[], box: Box, span: Span): string {
  const { x, y, w, h } = box;
  const frame = `<rect x="${x}" y="${y}" width="${round(w)}" height="${h}" rx="3" fill="#fff" stroke="#d8d9da"/>`;
  const name = text(panel.title, { x: x + 8, y: y + 18, size: 12, weight: 600 });
  const inside = panel.kind === 'figure' ? drawFigure(panel, drawn, box) : drawLines(panel, drawn, box, span);
  return `<g>${frame}${name}${inside}</g>`;
}

function drawFigure(panel: Panel, drawn: readonly Drawn[], { x, y, w, h }: Box): string {
  const value = drawn[0]?.points.at(-1)?.[1];
  const fill = value === undefined ? '#8e8e8e' : isBad(panel, value) ? '#e02f44' : '#37872d';
  const shown = value === undefined ? 'no data' : printed(value, panel.unit);
  return text(shown, { x: x + w / 2, y: y + h / 2 + 18, size: 28, anchor: 'middle', fill });
}

const isBad = ({ bad, badBelow }: Panel, value: number): boolean =>
  (bad !== undefined && value >= bad) || (badBelow !== undefined && value < badBelow);

function drawLines(panel: Panel, drawn: readonly Drawn[], box: Box, { from, to }: Span): string {
  const { x, y, w, h } = box;
  const shown = drawn.filter(({ points }) => points.length > 0);
  if (shown.length === 0)
    return text('no data', { x: x + w / 2, y: y + h / 2, size: 13, anchor: 'middle', fill: '#8e8e8e' });
  const [left, right] = [x + INSET.left, x + w - INSET.right];
  const listed = Math.min(shown.length, MOST_IN_LEGEND);
  const [top, bottom] = [y + INSET.top, y + h - 22 - listed * INSET.legend];
  const most = Math.max(...shown.flatMap(({ points }) => points.map(([, value]) => value))) || 1;
  const place = ([at, value]: readonly [number, number]) =>
    `${round(left + ((at - from) / (to - from)) * (right - left))},${round(bottom - (value / most) * (bottom - top))}`;
  const scale = [0, 0.5, 1].map((part) => {
    const at = bottom - part * (bottom - top);
    const line = `<line x1="${left}" x2="${round(right)}" y1="${at}" y2="${at}" stroke="#eceded"/>`;
    return (
      line + text(printed(part * most, panel.unit), { x: left - 5, y: at + 3, size: 9, anchor: 'end', fill: '#6e6e6e' })
    );
  });
  const limit = panel.bad ?? panel.badBelow;
  const mark = limit === undefined || limit > most ? '' : level(bottom - (limit / most) * (bottom - top), left, right);
  const lines = shown.map(({ points }, index) => {
    return `<polyline fill="none" stroke="${color(index)}" stroke-width="1.3" points="${points.map(place).join(' ')}"/>`;
  });
  return [...scale, mark, ...lines, ...legendOf(panel, shown, { x: left, y: bottom + 16, w: right - left })].join('');
}

const level = (at: number, left: number, right: number): string =>
  `<line x1="${left}" x2="${round(right)}" y1="${round(at)}" y2="${round(at)}" stroke="#e02f44" stroke-dasharray="4 3"/>`;

function legendOf({ unit }: Panel, shown: readonly Drawn[], { x, y, w }: Omit<Box, 'h'>): readonly string[] {
  const entries = shown.slice(0, MOST_IN_LEGEND).map(({ legend, points }, index) => {
    const at = y + index * INSET.legend;
    const value = printed(points.at(-1)?.[1] ?? 0, unit);
    const more =
      index === MOST_IN_LEGEND - 1 && shown.length > MOST_IN_LEGEND ? ` and ${shown.length - MOST_IN_LEGEND} more` : '';
    const key = `<rect x="${x}" y="${at - 7}" width="9" height="3" fill="${color(index)}"/>`;
    return key + text(fitted(legend, `: ${value}${more}`, w), { x: x + 14, y: at - 2, size: 10 });
  });
  return entries;
}

/** Cut at its front: the ends of names tell them apart. */
function fitted(legend: string, end: string, width: number): string {
  const room = Math.floor(width / CHARACTER) - end.length;
  return `${legend.length > room ? `…${legend.slice(1 - room)}` : legend}${end}`;
}

const color = (index: number): string => COLORS[index % COLORS.length] ?? '#000';

function printed(value: number, unit: Unit): string {
  switch (unit) {
    case 'seconds':
      if (value >= 120) return `${significant(value / 60)} min`;
      return value >= 1 ? `${significant(value)} s` : `${significant(value * 1_000)} ms`;
    case 'share':
      return `${significant(value * 100)} %`;
    case 'bytes':
      return value >= 2 ** 20 ? `${significant(value / 2 ** 20)} MiB` : `${significant(value / 1_024)} KiB`;
    case 'per second':
      return `${significant(value)}/s`;
    default:
      return significant(value);
  }
}

const significant = (value: number): string => `${Number(value.toPrecision(3))}`;
const round = (value: number): number => Math.round(value * 10) / 10;

interface Style {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight?: number;
  readonly anchor?: 'middle' | 'end';
  readonly fill?: string;
}

function text(content: string, { x, y, size, weight = 400, anchor, fill = '#24292e' }: Style): string {
  const placed = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}"${placed}>${escaped}</text>`;
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif"><title>${title}</title>`;
  return `${head}<rect width="100%" height="100%" fill="#f7f8fa"/>\n${parts.join('\n')}\n</svg>\n`;
}
