/** What was loaded and published, the newest first. */
import { formatCount } from '@segment-store/cli/render/count';
import { formatDuration } from '@segment-store/cli/render/figure';
import { durationMs } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import { GENESIS, type Generation } from '@segment-store/store/store';
import { html } from 'hono/html';
import { type Held, lookAtStore } from '../routes/generations.ts';
import type { ConsoleDeps, Html, Page, Visit } from './console.ts';
import { changeOf, counted, formatAge, time } from './figures.ts';
import { gatesSummary, isWhole, lateBy, runLink, sizeOf, stateSince } from './generation-facts.ts';
import { badge, command, empty, notice, table, twoLines } from './parts.ts';

export const generationsPage: Page = async (visit, deps) => {
  const held = await lookAt(deps, visit);
  const body = html`<div class="title"><h1>Generations</h1><p class="muted">${summary(held)}</p></div>
    ${warnings(held, visit, deps)}
    ${held.held.length === 0 ? nothing(deps) : list(held, visit)}
    ${commands(held, deps)}`;
  return { title: 'Generations', section: 'generations', body };
};

export const lookAt = ({ store }: ConsoleDeps, { signal }: Visit): Promise<Held> =>
  lookAtStore(store.publisher, { ...unlimited, signal });

function summary({ live, held }: Held): string {
  const { generation, epoch, floor } = live;
  if (generation.run === GENESIS) return held.length === 0 ? '' : 'None is live yet';
  return `${counted(held.length, 'generation')} · live: ${sizeOf(generation)} · epoch ${epoch}, floor ${floor}`;
}

function warnings({ live, heldSince }: Held, { now }: Visit, { serving, console }: ConsoleDeps): Html {
  const { generation } = live;
  const late = generation.run === GENESIS ? undefined : lateBy(generation, now);
  const served = serving.pin?.reader.generation.run;
  const isBehind = served !== undefined && served !== generation.run;
  return html`${
    heldSince &&
    notice(
      'warn',
      `Publishing is on hold since ${heldSince.toISOString().slice(0, 16).replace('T', ' ')}`,
      html`A roll back set it. When the cause is mended: ${command(`segment-ingest unhold ${console.storeFlags}`, 'Let publishing go on')}`,
    )
  }${
    late !== undefined &&
    notice(
      'warn',
      'The live generation is late',
      `A new one was expected every ${formatDuration(durationMs(generation.expectedEvery ?? ''))}; it is overdue by ${formatAge(late)}.`,
    )
  }${
    isBehind &&
    notice(
      'warn',
      'This server is about to turn',
      html`It answers from ${runLink(served)} and opens ${runLink(generation.run)}.`,
    )
  }`;
}

function nothing({ console }: ConsoleDeps): Html {
  return empty(
    'Nothing has been loaded yet',
    html`<p>A generation is a run folder that was loaded, sealed and judged by gates. Load one:</p>
      ${command(`segment-ingest load <run-folder> ${console.storeFlags}`, 'Load a run')}`,
  );
}

const COLUMNS = [
  { name: 'Run' },
  { name: 'State' },
  { name: 'Computed' },
  ...['Customers', 'Memberships', 'Segments', 'Erased'].map((name) => ({ name, isNumber: true })),
  { name: 'Gates' },
];

function list({ held }: Held, { now }: Visit): Html {
  const rows = held.map((one, index) => row(one, held.slice(index + 1).find(isWhole), now));
  return table({ caption: 'Generations, the newest first', columns: COLUMNS, rows });
}

/** Beside each count: the change against the generation before. */
function row(generation: Generation, before: Generation | undefined, now: number): (Html | string)[] {
  const { run, state, computedAt, erased = 0 } = generation;
  const counts = (['members', 'memberships', 'segments'] as const).map((name) => {
    if (!isWhole(generation)) return html`<span class="muted">…</span>`;
    return twoLines(formatCount(generation[name]), changeOf(generation[name], before?.[name]));
  });
  return [
    runLink(run),
    twoLines(badge(state), stateSince(generation, now)),
    twoLines(time(computedAt), `${formatAge(now - computedAt.getTime())} ago`),
    ...counts,
    erased === 0 ? html`<span class="muted">0</span>` : formatCount(erased),
    gatesSummary(generation),
  ];
}

function commands({ held }: Held, { console }: ConsoleDeps): Html {
  if (held.length === 0) return html``;
  return html`<section class="terminal"><h2>In a terminal</h2>
    ${command(`segment-ingest generations ${console.storeFlags}`, 'This list')}
    ${command(`segment-ingest rollback ${console.storeFlags}`, 'Roll back')}
  </section>`;
}
