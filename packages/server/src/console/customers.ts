/** Which segments one customer is in, and where that answer comes from. */
import { formatCount } from '@segment-store/cli/render/count';
import type { components } from '@segment-store/contract/api.generated';
import { type CustomerId, isCustomerId, isSegmentId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import { unlimited } from '@segment-store/resilience/operation';
import { html } from 'hono/html';
import { noCustomerId } from '../ids.ts';
import { epochOf, type Pin } from '../lookup/pin.ts';
import type { Encoded, Query } from '../lookup/read-path.ts';
import { NO_FILTERS } from '../lookup/select.ts';
import type { ConsoleDeps, Html, Page, Visit } from './console.ts';
import { counted, formatAge, timeAndAge } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { command, empty, facts, notice, table, twoLines } from './parts.ts';
import { sentence } from './problem.ts';
import { attributesOf, segmentLink } from './segment-facts.ts';

const MAX_ROWS = 500;

export const customersPage: Page = async (visit, deps) => {
  const id = visit.url.searchParams.get('id');
  const answer = id === null ? nobody() : await answered(id, visit, deps);
  const body = html`<h1>Customers</h1>
    <form class="filters" role="search" aria-label="Customers" action="/console/customers">
      <div class="wide"><label for="id">Customer id</label>
        <input id="id" name="id" value="${id ?? ''}" autocomplete="off" spellcheck="false" required data-search${id === null ? html` autofocus` : ''}></div>
      <label class="check"><input type="checkbox" name="include" value="complements"${wantsComplements(visit) ? html` checked` : ''}> Complement segments, too</label>
      <button class="primary">Look up</button>
    </form>
    ${answer}`;
  return { title: 'Customers', section: 'customers', body };
};

const wantsComplements = ({ url }: Visit): boolean => url.searchParams.get('include') === 'complements';

const nobody = (): Html =>
  empty(
    'Which segments is a customer in?',
    'As the server answers it at this moment, with the generation, its age and where the answer was found.',
  );

function answered(id: string, visit: Visit, deps: ConsoleDeps): Html | Promise<Html> {
  if (!isCustomerId(id))
    return notice('bad', 'This is no customer id', sentence(noCustomerId('it', id).problem.detail));
  const { pin } = deps.serving;
  if (pin === undefined) {
    const { state } = deps.serving;
    return notice(
      'bad',
      'Nothing is served yet',
      state.state === 'starting' ? sentence(state.why) : 'The server is about to stop.',
    );
  }
  if (deps.erased.has(id)) {
    return notice(
      'warn',
      'This customer was erased',
      'Every server answers as for somebody it has never heard of, whatever a generation or a cache still holds.',
    );
  }
  return found(id, pin, { visit, deps });
}

interface Asked {
  readonly visit: Visit;
  readonly deps: ConsoleDeps;
}

async function found(customerId: CustomerId, pin: Pin, { visit, deps }: Asked): Promise<Html> {
  const include = wantsComplements(visit) ? 'complements' : undefined;
  const query: Query = { view: 'full', customerId, filters: NO_FILTERS, include };
  const hit = pin.path.peek(query);
  const startedAt = performance.now();
  const entry = hit?.freshness === 'fresh' ? hit : await pin.path.ask(query, { ...unlimited, signal: visit.signal });
  if (deps.serving.isWithdrawn(pin)) return answered(customerId, visit, deps);
  const tookMs = performance.now() - startedAt;
  const body: components['schemas']['CustomerSegments'] = JSON.parse(new TextDecoder().decode(entry.value.bytes));
  const from = entry === hit || hit?.freshness === 'stale' ? servedFrom(entry) : readFrom(entry, tookMs, deps);
  return html`${facts([
    ['Known', body.known ? 'yes' : 'no'],
    ['Generation', runLink(body.generation)],
    ['Computed', timeAndAge(new Date(body.computedAt), visit.now)],
    ['Epoch, floor', `${epochOf(entry.value.run, pin)}, ${pin.floor}`],
    ['Found', from],
    ['Age of the answer', entry.ageMs < 1_000 ? 'new' : formatAge(entry.ageMs)],
  ])}
    ${body.segments?.length ? segments(body.segments, pin, visit) : nothing(body)}
    ${curl(customerId, visit)}`;
}

function servedFrom({ freshness }: Entry<Encoded>): string {
  return freshness === 'fresh'
    ? 'in the memory of this server'
    : 'in memory, of the generation before; asked anew behind it';
}

function readFrom({ error }: Entry<Encoded>, tookMs: number, { console }: ConsoleDeps): string {
  const ms = `${tookMs < 10 ? tookMs.toFixed(1) : Math.round(tookMs)} ms`;
  return error === undefined
    ? `in ${console.behindMemory}, ${ms}`
    : `in memory, kept from before: the store did not answer (${ms})`;
}

const COLUMNS = [
  { name: 'Segment' },
  { name: 'Type' },
  { name: 'Attributes' },
  { name: 'Customers in it', isNumber: true },
];

function nothing({ known }: components['schemas']['CustomerSegments']): Html {
  if (known) return empty('In no segment', 'The generation knows this customer, and no segment has it.');
  const why = 'No member line names this id: it is answered as in no segment.';
  return empty('This generation does not know this customer', why);
}

type Segments = readonly components['schemas']['SegmentSummary'][];

function segments(all: Segments, pin: Pin, { url }: Visit): Html {
  const type = url.searchParams.get('type');
  const chosen = all.filter((one) => type === null || one.type === type);
  const rows = chosen.slice(0, MAX_ROWS).map((one) => {
    return [
      twoLines(segmentLink(one), html`<code>${one.id}</code>`),
      one.type,
      attributesOf(one),
      isSegmentId(one.id) ? formatCount(pin.reader.catalogue.get(one.id)?.size ?? 0) : '',
    ];
  });
  return html`<section><div class="title"><h2>${counted(all.length, 'segment')}</h2>${types(all, type, url)}</div>
    ${table({ caption: 'Segments of this customer', columns: COLUMNS, rows })}
    ${chosen.length > MAX_ROWS && html`<p class="muted">The first ${formatCount(MAX_ROWS)} of ${formatCount(chosen.length)}.</p>`}
  </section>`;
}

/** Links that narrow to a type. */
function types(all: readonly { readonly type: string }[], chosen: string | null, url: URL): Html {
  const names = [...new Set(all.map(({ type }) => type))].sort();
  if (names.length < 2) return html``;
  const href = (type: string | null) => {
    const query = new URLSearchParams(url.search);
    query.delete('type');
    if (type !== null) query.set('type', type);
    return `/console/customers?${query}`;
  };
  const link = (type: string | null, name: string, count: number) =>
    html`<li><a href="${href(type)}"${type === chosen ? html` aria-current="true"` : ''}>${name} <span class="muted">${formatCount(count)}</span></a></li>`;
  return html`<ul class="choices" aria-label="Types">${link(null, 'all', all.length)}${names.map((name) =>
    link(name, name, all.filter(({ type }) => type === name).length),
  )}</ul>`;
}

function curl(customerId: CustomerId, visit: Visit): Html {
  const { url, token } = visit;
  const key = token === undefined ? '' : '-H "Authorization: Bearer $KEY" ';
  const target = `'${url.origin}/v1/customers/${encodeURIComponent(customerId).replaceAll("'", '%27')}/segments?view=full${wantsComplements(visit) ? '&include=complements' : ''}'`;
  return html`<section class="terminal"><h2>In a terminal</h2>${command(`curl ${key}${target}`, 'The same answer')}</section>`;
}
