/** How this server stands: what it serves, what its caches find, which dependencies it spares, whom it refuses. */

import { formatCount } from '@segment-store/cli/render/count';
import { formatBytes } from '@segment-store/cli/render/figure';
import { html } from 'hono/html';
import type { Serving } from '../lookup/serving.ts';
import type { Status } from '../lookup/status.ts';
import type { ConsoleDeps, Html, Page, Visit } from './console.ts';
import { counted, timeAndAge } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { badge, empty, type Fact, facts, table } from './parts.ts';
import { type Sample, samplesOf, sumOf, valuesOf } from './samples.ts';

export const statusPage: Page = async (visit, { serving, scrape, status }) => {
  const samples = samplesOf(await scrape());
  const body = html`<div class="title"><h1>Status</h1>${badge(serving.state.state)}<p class="muted">counted since the server's processes began</p></div>
    ${facts(servedFacts(serving, visit, serving.status()))}
    ${facts(processFacts(samples, visit.now, status.build))}
    ${answers(samples)}
    ${tiers(samples)}
    ${dependencies(samples)}
    ${refusals(samples)}`;
  return { title: 'Status', section: 'status', body };
};

function servedFacts({ pin, state }: Serving, { now }: Visit, { detail }: Status): readonly Fact[] {
  const how: Fact = ['How', detail && html`<span class="warn">${detail}</span>`];
  if (pin === undefined) return [how];
  const { generation } = pin.reader;
  return [
    ['Generation', runLink(generation.run)],
    ['Computed', timeAndAge(generation.computedAt, now)],
    ['Turning to', state.state === 'switching' ? runLink(state.next) : undefined],
    ['Epoch, floor', `${pin.epoch}, ${pin.floor}`],
    ['Customers', formatCount(generation.members)],
    ['Segments', formatCount(generation.segments)],
    how,
  ];
}

function processFacts(samples: readonly Sample[], now: number, { startedAt, version, worker }: Build): readonly Fact[] {
  const workers = valuesOf(samples, 'segment_worker_starts', 'worker');
  const [configuration] = valuesOf(samples, 'segment_config_info', 'hash');
  return [
    ['Up since', timeAndAge(startedAt, now)],
    ['Workers', worker === undefined ? undefined : `${formatCount(workers.length)}; ${worker} answers this`],
    ['Memory', formatBytes(sumOf(samples, 'process_resident_memory_bytes'))],
    ['Event loop busy', `${Math.round(100 * sumOf(samples, 'nodejs_eventloop_utilization_ratio'))} %`],
    ['Configuration', configuration && html`<code>${configuration}</code>`],
    ['Version', `${version}, Node ${process.version}`],
  ];
}

type Build = ConsoleDeps['status']['build'];

const DURATION = 'http_server_request_duration_seconds';
const number = (name: string) => ({ name, isNumber: true });
const shareOf = (part: number, all: number): string => (all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`);

function answers(samples: readonly Sample[]): Html {
  const routes = valuesOf(samples, `${DURATION}_count`, 'route');
  const rows = routes.map((route) => {
    const count = (labels: Sample['labels'] = {}) => sumOf(samples, `${DURATION}_count`, { route, ...labels });
    const failed = count({ status: '5xx' });
    return [
      html`<code>${route}</code>`,
      formatCount(count()),
      ...[0.5, 0.99].map((share) => quantile(samples, route, share)),
      formatCount(count({ status: '4xx' })),
      failed === 0 ? '0' : html`<span class="bad">${formatCount(failed)}</span>`,
    ];
  });
  const columns = [{ name: 'Route' }, ...['Answers', 'p50', 'p99', '4xx', '5xx'].map(number)];
  return section(
    'Answers',
    rows.length === 0
      ? empty('Nobody has asked yet', '')
      : table({ caption: 'Answers by route', columns, rows, width: 'dense' }),
  );
}

/** The upper bound of the bucket in which it falls. */
function quantile(samples: readonly Sample[], route: string, share: number): string {
  const bounds = valuesOf(samples, `${DURATION}_bucket`, 'le')
    .map(Number)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const upTo = (le: number | '+Inf') => sumOf(samples, `${DURATION}_bucket`, { route, le: `${le}` });
  const bound = bounds.find((le) => upTo(le) >= share * upTo('+Inf'));
  return bound === undefined ? `> ${(bounds.at(-1) ?? 0) * 1000} ms` : `≤ ${Number((bound * 1000).toPrecision(3))} ms`;
}

const FOUND = ['hit', 'stale', 'miss', 'error'];
const TIERS = { l1: 'Memory (L1)', redis: 'Redis', store: 'Store' } as const;

function tiers(samples: readonly Sample[]): Html {
  const name = 'segment_cache_requests_total';
  const asked = Object.entries(TIERS).filter(([tier]) => sumOf(samples, name, { tier }) > 0);
  const rows = asked.map(([tier, title]) => {
    const all = sumOf(samples, name, { tier });
    const found = FOUND.map((result) => sumOf(samples, name, { tier, result }));
    return [title, formatCount(all), shareOf(found[0] ?? 0, all), ...found.map(formatCount)];
  });
  const columns = [{ name: 'Tier' }, ...['Asked', 'Hit rate', 'Hits', 'Stale', 'Misses', 'Errors'].map(number)];
  return section(
    'Caches',
    rows.length === 0
      ? empty('No lookup yet', '')
      : table({ caption: 'What each tier found', columns, rows, width: 'dense' }),
  );
}

const BREAKER = ['closed', 'half-open', 'open'];

function dependencies(samples: readonly Sample[]): Html {
  const rows = valuesOf(samples, 'segment_breaker_state', 'dependency').map((dependency) => [
    dependency,
    badge(BREAKER[sumOf(samples, 'segment_breaker_state', { dependency })] ?? 'closed'),
    formatCount(sumOf(samples, 'segment_inflight', { dependency })),
  ]);
  const columns = [{ name: 'Dependency' }, { name: 'Breaker' }, number('Calls in flight')];
  return section('Dependencies', table({ caption: 'Dependencies', columns, rows, width: 'narrow' }));
}

function refusals(samples: readonly Sample[]): Html {
  const name = 'segment_shed_total';
  const rows = valuesOf(samples, name, 'reason').flatMap((reason) =>
    valuesOf(samples, name, 'class').map((ofClass) => [
      reason,
      ofClass,
      formatCount(sumOf(samples, name, { reason, class: ofClass })),
    ]),
  );
  const total = sumOf(samples, name);
  if (total === 0) return section('Refused', html`<p class="muted">Nobody was refused for rate or load.</p>`);
  const columns = [{ name: 'Why' }, { name: 'Class' }, number('Requests')];
  return section(
    'Refused',
    html`<p class="muted">${counted(total, 'request')}</p>${table({ caption: 'Refused requests', columns, rows, width: 'narrow' })}`,
  );
}

const section = (title: string, content: Html): Html => html`<section><h2>${title}</h2>${content}</section>`;
