/** How this server stands: what is wrong now, where answers are found, whom it refuses, what it serves. */
import { formatCount } from '@segment-store/cli/render/count';
import { formatBytes } from '@segment-store/cli/render/figure';
import { html } from 'hono/html';
import type { Serving } from '../lookup/serving.ts';
import { answers, failed } from './answers.ts';
import type { ConsoleDeps, Html, Page, Visit } from './console.ts';
import { counted, share, timeAndAge } from './figures.ts';
import { runLink } from './generation-facts.ts';
import { badge, type Fact, facts } from './parts.ts';
import { refusals, refusedNow } from './refusals.ts';
import { type Sample, samplesOf, sumOf, valuesOf } from './samples.ts';
import { fromMemory, tiers } from './tiers.ts';
import { trouble } from './trouble.ts';

export const statusPage: Page = async (visit, { serving, scrape, status }) => {
  const samples = samplesOf(await scrape());
  const body = html`<div class="title"><h1>Status</h1>${badge(serving.state.state)}<p class="muted">at ${clock(visit.now)}; counts run since the server's processes began</p></div>
    ${trouble(samples, serving)}
    ${facts(atAGlance(samples))}
    ${tiers(samples)}
    ${refusals(samples)}
    ${answers(samples)}
    <section><h2>This server</h2>
      ${facts(servedFacts(serving, visit))}
      ${facts(processFacts(samples, visit.now, status.build))}
    </section>`;
  return { title: 'Status', section: 'status', body };
};

/** To the second: what stands here is of a moment. */
const clock = (now: number): string => new Date(now).toISOString().slice(11, 19);

function atAGlance(samples: readonly Sample[]): readonly Fact[] {
  const lookups = sumOf(samples, 'segment_cache_requests_total', { tier: 'l1' });
  const [failures, all] = failed(samples);
  const now = refusedNow(samples);
  return [
    [
      'Answered from memory',
      lookups === 0
        ? html`<span class="muted">no lookup yet</span>`
        : html`${large(share(fromMemory(samples), lookups))} ${of(lookups, 'lookup')}`,
    ],
    ['Failures (5xx)', html`${large(formatCount(failures), failures > 0 && 'bad')} ${of(all, 'answer')}`],
    ['Refused now', now === '' ? large('nobody') : html`<span class="warn">${now}</span>`],
    ['Event loop busy', large(`${Math.round(100 * sumOf(samples, 'nodejs_eventloop_utilization_ratio'))} %`)],
  ];
}

const large = (text: string, tone: string | false = false): Html =>
  html`<span class="large ${tone || ''}">${text}</span>`;
const of = (count: number, what: string): Html => html`<span class="muted whole">of ${counted(count, what)}</span>`;

function servedFacts({ pin, state }: Serving, { now }: Visit): readonly Fact[] {
  if (pin === undefined) return [['Generation', html`<span class="muted">none</span>`]];
  const { generation } = pin.reader;
  return [
    ['Generation', runLink(generation.run)],
    ['Computed', timeAndAge(generation.computedAt, now)],
    ['Turning to', state.state === 'switching' ? runLink(state.next) : undefined],
    ['Epoch, floor', `${pin.epoch}, ${pin.floor}`],
    ['Customers', formatCount(generation.members)],
    ['Segments', formatCount(generation.segments)],
  ];
}

function processFacts(samples: readonly Sample[], now: number, { startedAt, version, worker }: Build): readonly Fact[] {
  const workers = valuesOf(samples, 'segment_worker_starts', 'worker');
  const [configuration] = valuesOf(samples, 'segment_config_info', 'hash');
  return [
    ['Up since', timeAndAge(startedAt, now)],
    ['Workers', worker === undefined ? undefined : `${formatCount(workers.length)}; ${worker} answers this`],
    ['Memory', formatBytes(sumOf(samples, 'process_resident_memory_bytes'))],
    ['Configuration', configuration && html`<code>${configuration}</code>`],
    ['Version', `${version}, Node ${process.version}`],
  ];
}

type Build = ConsoleDeps['status']['build'];
