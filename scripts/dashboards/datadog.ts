/** The same dashboard for Datadog's API, `POST /api/v1/dashboard`. Metrics as its agent's OpenMetrics check names them. */
import type { Dashboard, Panel, Row, Unit } from './dashboard.ts';
import { toDatadog } from './query.ts';

const UNITS: Readonly<Record<Unit, object | undefined>> = {
  'per second': { type: 'canonical_unit', unit_name: 'operation', per_unit_name: 'second' },
  seconds: { type: 'canonical_unit', unit_name: 'second' },
  share: { type: 'canonical_unit', unit_name: 'fraction' },
  bytes: { type: 'canonical_unit', unit_name: 'byte' },
  count: undefined,
  state: undefined,
};

export function toDatadogDashboard({ title, means, rows }: Dashboard): object {
  return {
    title,
    description: means,
    layout_type: 'ordered',
    tags: ['team:segments'],
    widgets: rows.map(group).filter(({ definition }) => definition.widgets.length > 0),
  };
}

const group = ({ title, panels }: Row) => ({
  definition: { type: 'group', layout_type: 'ordered', title, widgets: panels.flatMap(widget) },
});

/** None for a panel of which Datadog has nothing to ask. */
function widget(panel: Panel): readonly object[] {
  const requests = panel.lines.flatMap(({ query, legend }, index) => {
    const texts = toDatadog(query);
    return texts.length === 0 ? [] : [{ texts, legend, name: `line${index}` }];
  });
  if (requests.length === 0) return [];
  const shown = panel.kind === 'figure' ? figure(requests.slice(0, 1), panel) : lines(requests, panel);
  return [{ definition: { title: panel.title, ...shown } }];
}

interface Request {
  readonly texts: readonly string[];
  readonly legend: string;
  readonly name: string;
}

const queries = ({ texts, name }: Request, aggregator: object = {}): readonly object[] =>
  texts.map((query, index) => ({ data_source: 'metrics', name: `${name}_${index}`, query, ...aggregator }));

function formula({ texts, name }: Request, unit: Unit): object {
  const shown = UNITS[unit];
  return {
    formula: texts.map((_, index) => `${name}_${index}`).join(' / '),
    ...(shown && { number_format: { unit: shown } }),
  };
}

function figure(requests: readonly Request[], { unit, bad, badBelow }: Panel): object {
  const palette = [
    ...(bad === undefined ? [] : [{ comparator: '>=', value: bad, palette: 'white_on_red' }]),
    ...(badBelow === undefined ? [] : [{ comparator: '<', value: badBelow, palette: 'white_on_red' }]),
  ];
  return {
    type: 'query_value',
    autoscale: true,
    requests: requests.map((request) => ({
      response_format: 'scalar',
      queries: queries(request, { aggregator: 'last' }),
      formulas: [formula(request, unit)],
      conditional_formats: palette,
    })),
  };
}

function lines(requests: readonly Request[], { unit, bad, badBelow }: Panel): object {
  const marker = bad ?? badBelow;
  return {
    type: 'timeseries',
    show_legend: true,
    requests: requests.map((request) => ({
      response_format: 'timeseries',
      display_type: 'line',
      queries: queries(request),
      formulas: [{ ...formula(request, unit), alias: request.legend.replaceAll(/\{\{\w+\}\}/g, '').trim() }],
    })),
    ...(marker !== undefined && { markers: [{ value: `y = ${marker}`, display_type: 'error dashed' }] }),
  };
}
