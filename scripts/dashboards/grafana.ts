/** A dashboard as Grafana imports and provisions it: schema 39 (Grafana 10.4 and later). */
import type { Dashboard, Panel, Row, Unit } from './dashboard.ts';
import { toPromql } from './query.ts';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const WIDTH = 24;
const HEIGHTS = { figure: 4, lines: 8 };

const UNITS: Readonly<Record<Unit, string>> = {
  'per second': 'cps',
  seconds: 's',
  share: 'percentunit',
  bytes: 'bytes',
  count: 'short',
  state: 'short',
};

export function toGrafana({ uid, title, means, rows }: Dashboard, all: readonly Dashboard[]): object {
  return {
    uid,
    title,
    description: means,
    tags: ['segment-store'],
    schemaVersion: 39,
    editable: false,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    graphTooltip: 1,
    links: all
      .filter((other) => other.uid !== uid)
      .map((other) => ({ type: 'link', title: other.title, url: `/d/${other.uid}`, keepTime: true })),
    templating: {
      list: [
        {
          name: 'datasource',
          type: 'datasource',
          query: 'prometheus',
          current: { text: 'Prometheus', value: 'prometheus' },
        },
      ],
    },
    annotations: {
      list: [
        {
          name: 'Publishes and roll backs',
          datasource: DATASOURCE,
          expr: 'changes(max(segment_epoch)[1m:10s]) > 0',
          titleFormat: 'another generation is live',
          enable: true,
        },
      ],
    },
    panels: placed(rows),
  };
}

function placed(rows: readonly Row[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  const add = (panel: object) => panels.push({ id: panels.length + 1, ...panel });
  for (const { title, panels: inRow } of rows) {
    add({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: WIDTH, h: 1 }, panels: [] });
    const w = Math.floor(WIDTH / inRow.length);
    const h = Math.max(...inRow.map(({ kind }) => HEIGHTS[kind]));
    for (const [index, panel] of inRow.entries()) add(toPanel(panel, { x: index * w, y: y + 1, w, h }));
    y += 1 + h;
  }
  return panels;
}

function toPanel(panel: Panel, gridPos: object): object {
  const { title, means, kind, unit, lines } = panel;
  return {
    type: kind === 'figure' ? 'stat' : 'timeseries',
    title,
    description: means,
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: { unit: UNITS[unit], min: 0, thresholds: thresholds(panel), ...look(panel) },
      overrides: [],
    },
    options: kind === 'figure' ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' } : LINES,
    targets: lines.map(({ query, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      expr: toPromql(query),
      legendFormat: legend,
      datasource: DATASOURCE,
      ...(kind === 'figure' && { instant: true }),
    })),
  };
}

const LINES = {
  legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
  tooltip: { mode: 'multi', sort: 'desc' },
};

function thresholds({ bad, badBelow }: Panel): object {
  if (badBelow !== undefined) return steps('red', { color: 'green', value: badBelow });
  return bad === undefined ? steps('green') : steps('green', { color: 'red', value: bad });
}

const steps = (color: string, ...more: readonly object[]): object => ({
  mode: 'absolute',
  steps: [{ color, value: null }, ...more],
});

function look({ kind, bad, badBelow }: Panel): object {
  if (kind === 'figure') return { color: { mode: 'thresholds' } };
  const style = bad === undefined && badBelow === undefined ? 'off' : 'line';
  return { custom: { fillOpacity: 8, lineWidth: 1, showPoints: 'never', thresholdsStyle: { mode: style } } };
}
