/** One segment of the served generation. */
import { formatCount } from '@segment-store/cli/render/count';
import { isSegmentId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import { html } from 'hono/html';
import { invalidRequest } from '../errors.ts';
import { noSegmentId } from '../ids.ts';
import { nothingServed } from './catalogue.ts';
import type { Html, Page } from './console.ts';
import { timeAndAge } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { command, facts, notice } from './parts.ts';
import { attributesOf, hrefOfSegment } from './segment-facts.ts';

export const segmentPage: Page = async ({ params: { id }, now, url, scopes }, { serving }) => {
  if (!isSegmentId(id)) throw noSegmentId('segmentId of the path');
  const { pin } = serving;
  if (pin === undefined) return nothingServed(serving);
  const { generation, catalogue } = pin.reader;
  const segment = catalogue.get(id);
  if (segment === undefined) throw invalidRequest(`generation ${generation.run} has no segment "${id}"`, 404);
  const body = html`<nav class="neighbours" aria-label="Neighbours"><a href="/console/catalogue">Catalogue</a></nav>
    <div class="title"><h1>${segment.name}</h1><p class="muted"><code>${id}</code></p></div>
    ${facts([
      [
        'Customers',
        html`<span class="large">${formatCount(segment.size)}</span> <span class="muted">of ${formatCount(generation.members)}</span>`,
      ],
      ['Type', html`<a href="/console/catalogue?${new URLSearchParams({ type: segment.type })}">${segment.type}</a>`],
      ['Attributes', attributesOf(segment)],
    ])}
    ${facts([
      ['Definition', definition(segment)],
      ['Orders before', timeAndAge(segment.asOf, now)],
      ['Generation', runLink(generation.run)],
    ])}
    ${rule(segment)}
    ${members(segment, { origin: url.origin, mayList: scopes.has('read:members') })}`;
  return { title: segment.name, section: 'catalogue', body };
};

function definition({ definition: key, definitionVersion }: Segment): Html | undefined {
  if (key === undefined) return undefined;
  const version = definitionVersion === undefined ? '' : ` version ${definitionVersion}`;
  return html`<a href="/console/catalogue?${new URLSearchParams({ q: `${key}:` })}">${key}</a>${version}`;
}

const UNIVERSES: Readonly<Record<string, string>> = {
  known: 'every customer whom the generation knows',
  everyone: 'everybody, customers nobody has heard of too',
};

function rule({ complementOf, universe = 'known' }: Segment): Html {
  if (complementOf === undefined) return html``;
  const within =
    UNIVERSES[universe] ?? html`members of <a href="${hrefOfSegment(universe)}"><code>${universe}</code></a>`;
  return notice(
    'plain',
    'A rule, not a list',
    html`In it are ${within}, except for members of <a href="${hrefOfSegment(complementOf)}"><code>${complementOf}</code></a>.`,
  );
}

function members({ id, complementOf }: Segment, { origin, mayList }: { origin: string; mayList: boolean }): Html {
  const url = `${origin}/v1/segments/${id}/members`;
  if (complementOf !== undefined) return html``;
  return html`<section class="terminal"><h2>Members</h2>
    <p class="muted">One JSON line a customer. ${mayList ? '' : 'It takes a key with the scope '}${mayList ? '' : html`<code>read:members</code>`}</p>
    ${command(`curl -H "Authorization: Bearer $KEY" ${url}`, 'List them')}
  </section>`;
}
