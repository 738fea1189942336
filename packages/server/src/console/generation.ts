/** One generation: what it holds, what gates found, and how far its load is. */
import { formatCount } from '@segment-store/cli/render/count';
import { formatDuration } from '@segment-store/cli/render/figure';
import { isRunId, type RunId } from '@segment-store/contract/id';
import { durationMs } from '@segment-store/contract/manifest';
import { bounded } from '@segment-store/resilience/deadline';
import { unlimited } from '@segment-store/resilience/operation';
import type { Generation, PartStatus, Verdict } from '@segment-store/store/store';
import { html } from 'hono/html';
import { invalidRequest } from '../errors.ts';
import { noRunId } from '../ids.ts';
import type { Held } from '../routes/generations.ts';
import { changes, outcome } from './changes.ts';
import type { ConsoleDeps, Html, Page, PageDeps, Visit } from './console.ts';
import { changeOf, counted, timeAndAge } from './figures.ts';
import { isAccepted, isWhole, lateBy, runLink, stateSince } from './generation-facts.ts';
import { lookAt } from './generations.ts';
import { badge, command, type Fact, facts, notice, table } from './parts.ts';

const STATUS_MS = 5_000;

export const generationPage: Page = async (visit, deps) => {
  const run = visit.params.run;
  if (!isRunId(run)) throw noRunId('run of the path');
  const look = await lookAt(deps, visit);
  const at = look.held.findIndex((one) => one.run === run);
  const generation = look.held[at];
  if (generation === undefined)
    throw invalidRequest(`the store has no generation ${run}; it may have been removed`, 404);
  const before = look.held.slice(at + 1).find(isWhole);
  const body = html`${neighbours(look, at)}
    <div class="title"><h1><code>${run}</code></h1>${badge(generation.state)}<p class="muted">${stateSince(generation, visit.now)}</p></div>
    ${cameBack(generation, look, visit)}
    ${isWhole(generation) && facts(figures(generation, before))}
    ${facts(origin(generation, visit.now))}
    ${before && isWhole(generation) && (await compared(before, generation, { visit, deps }))}
    ${isWhole(generation) ? gates(generation) : await progress(run, deps, visit)}
    ${commands(generation, deps)}`;
  return { title: run, section: 'generations', body };
};

function neighbours({ held }: Held, at: number): Html {
  const [newer, older] = [held[at - 1], held[at + 1]];
  return html`<nav class="neighbours" aria-label="Neighbours">
    <a href="/console/generations">All generations</a>
    ${older && html`<a href="/console/generations/${older.run}" rel="prev">‹ older</a>`}
    ${newer && html`<a href="/console/generations/${newer.run}" rel="next">newer ›</a>`}
  </nav>`;
}

/** Said once a roll back led here, and only while it is true. */
function cameBack({ run }: Generation, { live, held }: Held, { url }: Visit): Html {
  const withdrawn = held.find((one) => one.run === url.searchParams.get('withdrawn') && one.state === 'withdrawn');
  if (withdrawn === undefined || live.generation.run !== run) return html``;
  return notice(
    'good',
    'Rolled back',
    html`${runLink(run)} is live again at epoch ${live.epoch}, ${runLink(withdrawn.run)} is withdrawn. Every server follows within ten seconds; publishing is on hold.`,
  );
}

function figures(generation: Generation, before: Generation | undefined): readonly Fact[] {
  const named = { Customers: 'members', Memberships: 'memberships', Segments: 'segments' } as const;
  const { erased, erasedAtSeal } = generation;
  return [
    ...Object.entries(named).map(([name, key]): Fact => [name, figure(generation[key], before?.[key])]),
    ['Erased since', erased === undefined ? undefined : counted(erased, 'customer')],
    ['Erased while loading', erasedAtSeal === undefined ? undefined : counted(erasedAtSeal, 'customer')],
    ['Compared with', before && runLink(before.run)],
  ];
}

const figure = (now: number, before: number | undefined): Html =>
  html`<span class="large">${formatCount(now)}</span> ${changeOf(now, before)}`;

function origin(generation: Generation, now: number): readonly Fact[] {
  const { computedAt, expectedEvery, manifestHash } = generation;
  const isLate = generation.state === 'live' && lateBy(generation, now) !== undefined;
  return [
    ['Computed', timeAndAge(computedAt, now)],
    [
      'Expected every',
      expectedEvery &&
        html`${formatDuration(durationMs(expectedEvery))}${isLate && html` <span class="warn">late</span>`}`,
    ],
    ['Manifest', html`<code title="${manifestHash}">${manifestHash.slice(0, 12)}</code>`],
  ];
}

/** Only when it is asked for: the catalogues of both are read. */
async function compared(
  before: Generation,
  { run }: Generation,
  { visit, deps }: { readonly visit: Visit; readonly deps: PageDeps },
): Promise<Html> {
  if (!visit.url.searchParams.has('changes')) {
    return html`<p><a href="/console/generations/${run}?changes">Segment by segment against ${before.run}</a></p>`;
  }
  const words = { before: 'Before', after: 'Here', appear: 'New' };
  const effect = await deps.effects.of(before.run, run);
  return html`${outcome(effect, words)}${changes(effect, words)}`;
}

function gates({ verdicts = [], state }: Generation): Html {
  if (verdicts.length === 0) {
    const why = state === 'sealed' ? 'Gates are asked when it is published.' : 'None is recorded: nobody asked them.';
    return html`<section><h2>Gates</h2><p class="muted">${why}</p></section>`;
  }
  const rows = [...verdicts].sort((a, b) => Number(a.passed) - Number(b.passed)).map(verdictRow);
  const columns = ['Gate', 'Verdict', 'Figure', 'Limit'].map((name) => ({ name }));
  return html`<section><h2>Gates</h2>${table({ caption: 'What gates found', columns, rows, width: 'dense' })}</section>`;
}

function verdictRow(verdict: Verdict): (Html | string)[] {
  const { gate, figure: found, limit, passed, overriddenBy } = verdict;
  const accepted = html`<span class="verdict warn">accepted by ${overriddenBy}</span>`;
  const said = passed ? html`<span class="verdict good">passed</span>` : html`<span class="verdict bad">refused</span>`;
  return [html`<span class="whole">${gate}</span>`, isAccepted(verdict) ? accepted : said, found, limit];
}

async function progress(run: RunId, { store }: ConsoleDeps, { signal, now }: Visit): Promise<Html> {
  const status = () => store.publisher.status(run);
  const { parts, closer, lastSeenAt } = await bounded(STATUS_MS, status, { ...unlimited, signal });
  const inState = (state: PartStatus['state']) => parts.filter((part) => part.state === state).length;
  const failed = parts.flatMap((part) => (part.state === 'failed' ? [[part.key, part.failure.message]] : []));
  return html`<section><h2>Load</h2>
    <label class="progress">${counted(parts.length, 'part')}, ${inState('finished')} finished, ${inState('begun')} under way
      <progress max="${Math.max(1, parts.length)}" value="${inState('finished')}"></progress></label>
    ${facts([
      ['Last sign of life', timeAndAge(lastSeenAt, now)],
      ['Closed by', closer && `${closer.owner} on ${closer.host}, process ${closer.pid}`],
    ])}
    ${
      failed.length > 0 &&
      table({ caption: 'Parts that failed', columns: [{ name: 'Failed part' }, { name: 'Why' }], rows: failed })
    }
  </section>`;
}

function commands({ run, state }: Generation, { console }: ConsoleDeps): Html {
  const { storeFlags } = console;
  const all = {
    building: [
      command(`segment-ingest status ${run} ${storeFlags}`, 'How far it is'),
      command(`segment-ingest abort ${run} ${storeFlags}`, 'Give it up'),
    ],
    sealed: [
      command(`segment-ingest publish <runs>/${run} ${storeFlags}`, 'Judge and publish it'),
      command(`segment-ingest abort ${run} ${storeFlags}`, 'Give it up'),
    ],
    live: [command(`segment-ingest rollback ${storeFlags}`, 'Withdraw it')],
    retired: [command(`segment-ingest remove ${run} ${storeFlags}`, 'Remove it from the store')],
    withdrawn: [command(`segment-ingest remove ${run} ${storeFlags}`, 'Remove it from the store')],
  };
  return html`<section class="terminal"><h2>In a terminal</h2>${all[state]}</section>`;
}
