/** What Kibana imports (Stack Management › Saved Objects): data views, saved queries, a dashboard of the generations. */

interface SavedObject {
  readonly id: string;
  readonly type: 'index-pattern' | 'query' | 'visualization' | 'dashboard';
  readonly attributes: object;
  readonly references: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  /** Kibana migrates older objects to its own version when they are imported. */
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

const CORE = '8.8.0';
const MEMBERS = 'segments-members';

/** One a line, as the import wants it. `requests`: what people paste into Dev Tools. */
export function savedObjects(requests: string): string {
  const panels = [notes(requests), ...CHARTS.map(visualization)];
  const all = [
    dataView({ id: MEMBERS, title: 'segments-members', name: 'Segments: live generation' }),
    dataView({ id: 'segments-every-generation', title: 'segments-members-*', name: 'Segments: every generation' }),
    dataView({ id: 'segments-catalogue', title: 'segments-catalogue', name: 'Segments: catalogue' }),
    savedQuery('one-customer', 'One customer', '_id : "12583"'),
    savedQuery('in-a-segment', 'Customers in a segment', 'segment_ids : "recurrent-customers:country:France"'),
    savedQuery(
      'in-one-not-in-another',
      'Customers in one segment and not in another',
      'segment_ids : "recurrent-customers:country:France" and not segment_ids : inactive-customers*',
    ),
    ...panels,
    dashboard(panels),
  ];
  return all.map((object) => `${JSON.stringify(object)}\n`).join('');
}

function dataView(attributes: { readonly id: string; readonly title: string; readonly name: string }): SavedObject {
  const { id, ...named } = attributes;
  return { id, type: 'index-pattern', attributes: named, references: [], ...version('8.0.0') };
}

const savedQuery = (id: string, title: string, kql: string): SavedObject => ({
  id: `segments-${id}`,
  type: 'query',
  attributes: { title: `Segments: ${title}`, description: '', query: { query: kql, language: 'kuery' }, filters: [] },
  references: [],
  ...version('10.2.0'),
});

/** A bar for each bucket of a terms aggregation, asked of Elasticsearch by Vega: of `_index` Lens has no field. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly index: string;
  readonly body: { readonly size: 0; readonly aggs: { readonly bars: { readonly terms: object } } };
}

/** A bar for each index: each is of one generation. */
const byGeneration = (id: string, title: string, index: string): Chart => ({
  id,
  title,
  index,
  body: { size: 0, aggs: { bars: { terms: { field: '_index', size: 50, order: { _key: 'desc' } } } } },
});

export const CHARTS: readonly Chart[] = [
  byGeneration('segments-documents-by-generation', 'Customers of each generation', `${MEMBERS}-*`),
  byGeneration('segments-catalogue-by-generation', 'Segments of each generation', 'segments-catalogue-*'),
];

function visualization({ id, title, index, body }: Chart): SavedObject {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    data: { url: { index, body }, format: { property: 'aggregations.bars.buckets' } },
    mark: 'bar',
    encoding: {
      y: { field: 'key', type: 'nominal', sort: null, title: null, axis: { labelLimit: 400 } },
      x: { field: 'doc_count', type: 'quantitative', title: null },
    },
  };
  return panel({ id, title, type: 'vega', params: { spec: JSON.stringify(spec, undefined, 2) } });
}

const notes = (requests: string): SavedObject =>
  panel({
    id: 'segments-requests',
    title: 'Requests for Dev Tools',
    type: 'markdown',
    params: { fontSize: 12, openLinksInNewTab: false, markdown: `\`\`\`\n${requests}\`\`\`\n` },
  });

interface Visual {
  readonly id: string;
  readonly title: string;
  readonly type: 'vega' | 'markdown';
  readonly params: object;
}

function panel({ id, title, type, params }: Visual): SavedObject {
  const visState = JSON.stringify({ title, type, aggs: [], params });
  const attributes = { title: `Segments: ${title}`, visState, uiStateJSON: '{}', version: 1, ...NO_SEARCH };
  return { id, type: 'visualization', attributes, references: [], ...version('8.5.0') };
}

const NO_SEARCH = {
  kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }) },
};

function dashboard(panels: readonly SavedObject[]): SavedObject {
  const placed = panels.map(({ type }, index) => ({
    type,
    panelIndex: `${index}`,
    panelRefName: `panel_${index}`,
    gridData: { i: `${index}`, x: 0, y: index * 15, w: 48, h: 15 },
    embeddableConfig: {},
  }));
  const attributes = {
    title: 'Segments: generations in Elasticsearch',
    // Vega asks for searches alone: what _cat and ILM tell, Dev Tools must.
    description:
      'Customers and segments of each generation. Status, size and lifecycle: the requests below, in Dev Tools.',
    panelsJSON: JSON.stringify(placed),
    optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
    timeRestore: false,
    version: 1,
    ...NO_SEARCH,
  };
  const references = panels.map(({ id, type }, index) => ({ id, type, name: `${index}:panel_${index}` }));
  return { id: 'segments-generations', type: 'dashboard', attributes, references, ...version('10.2.0') };
}

const version = (typeMigrationVersion: string) => ({ coreMigrationVersion: CORE, typeMigrationVersion });
