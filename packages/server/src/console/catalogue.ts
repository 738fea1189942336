/** The segments of the served generation: searched, filtered, in pages; all of it stands in the URL. */
import { formatCount } from '@segment-store/cli/render/count';
import { isRunId, isSegmentId, type RunId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import { html } from 'hono/html';
import type { Pin } from '../lookup/pin.ts';
import { FILTER_NAMES, type FilterName, type FilterValues, toFilters } from '../lookup/select.ts';
import type { ConsoleDeps, Html, Page, View } from './console.ts';
import { type Facets, facetsOf } from './facets.ts';
import { capitalised, counted } from './figures.ts';
import { filterValuesIn } from './filter-values.ts';
import { runLink } from './generation-facts.ts';
import { empty, notice, table, twoLines } from './parts.ts';
import { type Found, ORDERS, type Order, type Place, searched } from './search.ts';
import { attributesOf, segmentLink } from './segment-facts.ts';

const LIMIT = 50;
/** More values than these are typed, not chosen. */
const MAX_CHOICES = 60;

export const cataloguePage: Page = async ({ url: { searchParams } }, { serving }) => {
  const { pin } = serving;
  if (pin === undefined) return nothingServed(serving);
  const asked = askedBy(searchParams, pin);
  const [found, facets] = await Promise.all([searched(pin.reader, { ...asked, limit: LIMIT }), facetsOf(pin.reader)]);
  const body = html`<div class="title"><h1>Catalogue</h1><p class="muted">generation ${runLink(pin.reader.generation.run)}</p></div>
    ${form(asked, facets)}
    <div id="results">${results(asked, found, pin)}</div>`;
  return { title: 'Catalogue', section: 'catalogue', body };
};

/** Said of every page that shows what is served. */
export function nothingServed(serving: ConsoleDeps['serving']): View {
  const body = html`<h1>Catalogue</h1>${empty('Nothing is served yet', whyNothing(serving))}`;
  return { title: 'Catalogue', section: 'catalogue', body, status: 503 };
}

/** Of a server without a pin. */
export const whyNothing = ({ state }: ConsoleDeps['serving']): string =>
  state.state === 'starting' ? state.why : 'the server is about to stop';

interface Asked {
  readonly query: URLSearchParams;
  readonly text: string;
  readonly values: FilterValues;
  readonly filters: ReturnType<typeof toFilters>;
  readonly order: Order;
  readonly after: Place | undefined;
  /** The cursor was of another generation. */
  readonly isOutdated: boolean;
}

function askedBy(query: URLSearchParams, { reader }: Pin): Asked {
  const values = filterValuesIn(query, FILTER_NAMES);
  const cursor = query.get('cursor');
  const place = placeOf(cursor ?? '');
  const isCurrent = place?.run === reader.generation.run;
  return {
    query,
    text: query.get('q')?.trim() ?? '',
    values,
    filters: toFilters(values),
    order: ORDERS.find((one) => one === query.get('order')) ?? 'id',
    after: isCurrent ? place : undefined,
    isOutdated: cursor !== null && !isCurrent,
  };
}

/** `<run> <size> <id>`: of the last segment on a page. */
const cursorOf = ({ id, size }: Place, { reader }: Pin): string => `${reader.generation.run} ${size} ${id}`;

function placeOf(cursor: string): (Place & { readonly run: RunId }) | undefined {
  const [run, size, id, ...more] = cursor.split(' ');
  if (!isRunId(run) || !isSegmentId(id) || !/^\d{1,15}$/.test(size ?? '') || more.length > 0) return undefined;
  return { run, size: Number(size), id };
}

/** This page's URL with some of it changed; null takes a part away. */
function hrefOf({ query }: Asked, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams([...query].filter(([name, value]) => value !== '' && !(name in changes)));
  for (const [name, value] of Object.entries(changes)) if (value !== null) next.set(name, value);
  return `/console/catalogue${next.size > 0 ? `?${next}` : ''}`;
}

function form(asked: Asked, facets: Facets): Html {
  return html`<form class="filters" role="search" aria-label="Catalogue" action="/console/catalogue" data-live="results">
    <div class="wide"><label for="q">Name or id</label>
      <input id="q" name="q" type="search" value="${asked.text}" autocomplete="off" spellcheck="false" data-search></div>
    ${FILTER_NAMES.map((name) => field(name, asked.values[name]?.[0] ?? '', facets[name]))}
    <div><label for="order">Order</label>
      <select id="order" name="order">${ORDERS.map((one) => option(one, ORDER_NAMES[one], asked.order))}</select></div>
    <button class="primary">Search</button>
  </form>`;
}

const ORDER_NAMES: Readonly<Record<Order, string>> = { id: 'By id', size: 'Largest first' };

function field(name: FilterName, chosen: string, values: Facets[FilterName]): Html {
  if (values.size === 0 && chosen === '') return html``;
  const label = capitalised(name);
  if (values.size > MAX_CHOICES) {
    return html`<div><label for="${name}">${label}</label>
      <input class="value" id="${name}" name="${name}" value="${chosen}" placeholder="1 of ${formatCount(values.size)}" autocomplete="off" spellcheck="false"></div>`;
  }
  const all = [...values].sort(([one], [other]) => (one < other ? -1 : 1));
  return html`<div><label for="${name}">${label}</label>
    <select id="${name}" name="${name}">${option('', 'All', chosen)}${all.map(([value, count]) =>
      option(value, `${value} (${formatCount(count)})`, chosen),
    )}${chosen !== '' && !values.has(chosen) && option(chosen, chosen, chosen)}</select></div>`;
}

const option = (value: string, name: string, chosen: string): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : ''}>${name}</option>`;

const COLUMNS = [{ name: 'Segment' }, { name: 'Type' }, { name: 'Attributes' }, { name: 'Customers', isNumber: true }];

function results(asked: Asked, { total, segments, hasMore }: Found, pin: Pin): Html {
  const { size } = pin.reader.catalogue;
  const last = segments.at(-1);
  return html`<p role="status" class="muted">${total === size ? counted(size, 'segment') : `${formatCount(total)} of ${counted(size, 'segment')}`}</p>
    ${
      asked.isOutdated &&
      notice(
        'warn',
        'Another generation is served by now',
        'Its segments are other ones: this is the first page again.',
      )
    }
    ${
      segments.length === 0
        ? empty('No segment is like that', html`<a href="/console/catalogue">All segments</a>`)
        : table({ caption: 'Segments', columns: COLUMNS, rows: segments.map(row) })
    }
    ${
      (asked.after !== undefined || hasMore) &&
      html`<nav class="pages" aria-label="Pages">
        ${asked.after !== undefined && html`<a href="${hrefOf(asked, { cursor: null })}">First page</a>`}
        ${hasMore && last && html`<a href="${hrefOf(asked, { cursor: cursorOf(last, pin) })}" rel="next">Next page ›</a>`}
      </nav>`
    }`;
}

const row = (segment: Segment): (Html | string)[] => [
  twoLines(segmentLink(segment), html`<code>${segment.id}</code>`),
  segment.type,
  attributesOf(segment),
  formatCount(segment.size),
];
