/** Which segments one customer is in, and where that answer comes from. */
import { formatCount } from '@segment-store/cli/render/count';
import type { components } from '@segment-store/contract/api.generated';
import { isCustomerId, isSegmentId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import { unlimited } from '@segment-store/resilience/operation';
import { html } from 'hono/html';
import { problemOf } from '../errors.ts';
import { noCustomerId } from '../ids.ts';
import { checkComplements } from '../lookup/complements.ts';
import { epochOf, type Pin } from '../lookup/pin.ts';
import type { Encoded, Query } from '../lookup/read-path.ts';
import { whyNothing } from './catalogue.ts';
import type { ConsoleDeps, Html, Page, View, Visit } from './console.ts';
import { type Asked, askedBy, customerForm, includingComplements } from './customer-form.ts';
import { counted, formatAge, timeAndAge } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { command, empty, facts, notice, table, twoLines } from './parts.ts';
import { problemNotice, sentence } from './problem.ts';
import { attributesOf, segmentLink } from './segment-facts.ts';

const MAX_ROWS = 500;

/** What could not be answered stands below the form: the question is still there, to be mended or asked again. */
export const customersPage: Page = async (visit, deps) => {
  const asked = askedBy(visit.url.searchParams);
  const answer = await answered(asked, { visit, deps }).catch((error) => problemNotice(problemOf(error, deps.report)));
  const body = html`<h1>Customers</h1>${customerForm(asked)}${answer.body}`;
  return { title: 'Customers', section: 'customers', ...answer, body };
};

interface Terms {
  readonly visit: Visit;
  readonly deps: ConsoleDeps;
}

type Part = Pick<View, 'body' | 'status' | 'headers'>;

async function answered(asked: Asked, terms: Terms): Promise<Part> {
  const { id, selection } = asked;
  const { serving, erased } = terms.deps;
  if (id === null) return { body: nobody };
  if (!isCustomerId(id)) {
    return { body: notice('bad', 'This is no customer id', sentence(noCustomerId('it', id).problem.detail)) };
  }
  const { pin } = serving;
  if (pin === undefined) {
    return { body: notice('bad', 'Nothing is served yet', sentence(whyNothing(serving))) };
  }
  if (erased.has(id)) return { body: gone };
  checkComplements(pin.reader.catalogue, selection);
  return { body: await found({ view: 'full', customerId: id, ...selection }, pin, { ...terms, asked }) };
}

const nobody = empty(
  'Which segments is a customer in?',
  'As the server answers it at this moment, with the generation, its age and where the answer was found.',
);

const gone = notice(
  'warn',
  'This customer was erased',
  'Every server answers as for somebody it has never heard of, whatever a generation or a cache still holds.',
);

async function found(query: Query, pin: Pin, terms: Terms & { readonly asked: Asked }): Promise<Html> {
  const { visit, deps, asked } = terms;
  const hit = pin.path.peek(query);
  const startedAt = performance.now();
  const entry = hit?.freshness === 'fresh' ? hit : await pin.path.ask(query, { ...unlimited, signal: visit.signal });
  if (deps.serving.isWithdrawn(pin)) return (await answered(asked, terms)).body;
  const tookMs = performance.now() - startedAt;
  const body: Answer = JSON.parse(entry.value.body);
  const from = entry === hit || hit?.freshness === 'stale' ? servedFrom(entry) : readFrom(entry, tookMs, deps);
  return html`${facts([
    ['Known', body.known ? 'yes' : 'no'],
    ['Generation', runLink(body.generation)],
    ['Computed', timeAndAge(new Date(body.computedAt), visit.now)],
    ['Epoch, floor', `${epochOf(entry.value.run, pin)}, ${pin.floor}`],
    ['Found', from],
    ['Age of the answer', entry.ageMs < 1_000 ? 'new' : formatAge(entry.ageMs)],
    ['Left out', body.complete ? undefined : leftOut(visit)],
  ])}
    ${body.segments?.length ? segments(body.segments, pin, visit) : nothing(body)}
    ${curl(query, visit)}`;
}

type Answer = components['schemas']['CustomerSegments'];

const leftOut = ({ url }: Visit): Html =>
  html`complement segments <a href="${includingComplements(url)}" class="whole">show them</a>`;

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

function nothing({ known }: Answer): Html {
  if (known) return empty('In no such segment', 'The generation knows this customer, and no segment asked for has it.');
  const why = 'It is answered as in no segment. Ids are compared as they are written: capitals and spaces count.';
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

function curl({ customerId }: Query, { url, token }: Visit): Html {
  const key = token === undefined ? '' : '-H "Authorization: Bearer $KEY" ';
  const query = new URLSearchParams([...url.searchParams].filter(([name, value]) => name !== 'id' && value !== ''));
  query.set('view', 'full');
  const path = `/v1/customers/${encodeURIComponent(customerId)}/segments?${query}`;
  const target = `'${url.origin}${path.replaceAll("'", '%27')}'`;
  return html`<section class="terminal"><h2>In a terminal</h2>${command(`curl ${key}${target}`, 'The same answer')}</section>`;
}
