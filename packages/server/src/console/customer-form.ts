/** What is asked of a customer: read from the URL as the API reads it, and the form that asks. */
import { html } from 'hono/html';
import type { Selection } from '../lookup/read-path.ts';
import { FILTER_NAMES, type FilterValues, toSelection } from '../lookup/select.ts';
import type { Html } from './console.ts';
import { capitalised } from './figures.ts';
import { filterValuesIn } from './filter-values.ts';

export interface Asked {
  /** As it was typed; null before anything was. */
  readonly id: string | null;
  readonly includes: boolean;
  readonly values: FilterValues;
  readonly selection: Selection;
}

export function askedBy(query: URLSearchParams): Asked {
  const includes = query.get('include') === 'complements';
  const values = filterValuesIn(query, ATTRIBUTES);
  const selection = toSelection({ ...values, include: includes ? 'complements' : undefined });
  return { id: query.get('id'), includes, values, selection };
}

/** The type is chosen from what was found. */
const ATTRIBUTES = FILTER_NAMES.filter((name) => name !== 'type');

/** The same question, with them. */
export function includingComplements(url: URL): string {
  const query = new URLSearchParams(url.search);
  query.set('include', 'complements');
  return `/console/customers?${query}`;
}

export function customerForm({ id, includes, values }: Asked): Html {
  const isNarrow = includes || Object.keys(values).length > 0;
  return html`<form class="filters" role="search" aria-label="Customers" action="/console/customers">
    <div class="wide"><label for="id">Customer id</label>
      <input id="id" name="id" value="${id ?? ''}" autocomplete="off" spellcheck="false" required data-search${id === null ? html` autofocus` : ''}></div>
    <button class="primary">Look up</button>
    <details${isNarrow ? html` open` : ''}><summary>Filters and complement segments</summary>
      <div class="filters">
        ${ATTRIBUTES.map(
          (name) => html`<div><label for="${name}">${capitalised(name)}</label>
            <input class="value" id="${name}" name="${name}" value="${values[name]?.[0] ?? ''}" autocomplete="off" spellcheck="false"></div>`,
        )}
        <label class="check"><input type="checkbox" name="include" value="complements"${includes ? html` checked` : ''}> With complement segments (“not in …”); a filter brings them anyway</label>
      </div>
    </details>
  </form>`;
}
