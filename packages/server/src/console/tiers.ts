/** Memory, Redis, store: what each was asked, what it found, and whether it is asked at all. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import type { Html } from './console.ts';
import { share } from './figures.ts';
import { badge, table } from './parts.ts';
import { type Sample, sumOf, valuesOf } from './samples.ts';

const ASKED = 'segment_cache_requests_total';
const BREAKER = 'segment_breaker_state';
const STATES = ['closed', 'half-open', 'open'] as const;

/** Of several processes the worst; undefined for what this server does not use. */
export function breakerOf(samples: readonly Sample[], dependency: string): (typeof STATES)[number] | undefined {
  if (!valuesOf(samples, BREAKER, 'dependency').includes(dependency)) return undefined;
  return STATES[sumOf(samples, BREAKER, { dependency })];
}

/** Lookups that waited for nothing. */
export const fromMemory = (samples: readonly Sample[]): number =>
  sumOf(samples, ASKED, { tier: 'l1', result: 'hit' }) + sumOf(samples, ASKED, { tier: 'l1', result: 'stale' });

const FOUND = ['hit', 'stale', 'miss', 'error'];
const TIERS = { l1: 'Memory', redis: 'Redis', store: 'Store' } as const;
const COLUMNS = [
  { name: 'Tier' },
  { name: 'Breaker' },
  ...['In flight', 'Asked', 'Hit rate', 'Hits', 'Stale', 'Misses', 'Errors'].map((name) => ({ name, isNumber: true })),
];

export function tiers(samples: readonly Sample[]): Html {
  const rows = Object.entries(TIERS)
    .filter(([tier]) => tier === 'l1' || breakerOf(samples, tier) !== undefined)
    .map(([tier, title]) => [title, ...breaker(samples, tier), ...counts(samples, tier)]);
  return html`<section><div class="title"><h2>Caches and store</h2><p class="muted">what is behind an open breaker has failed, and is not asked until a probe succeeds</p></div>
    ${table({ caption: 'What each tier was asked and found', columns: COLUMNS, rows, width: 'dense' })}
  </section>`;
}

const none = html`<span class="muted">–</span>`;

function breaker(samples: readonly Sample[], dependency: string): (Html | string)[] {
  const state = breakerOf(samples, dependency);
  if (state === undefined) return [none, none];
  return [badge(state), formatCount(sumOf(samples, 'segment_inflight', { dependency }))];
}

/** The store is no cache: its reads are counted elsewhere. */
function counts(samples: readonly Sample[], tier: string): (Html | string)[] {
  if (tier === 'store') return [formatCount(reads(samples)), none, none, none, none, none];
  const all = sumOf(samples, ASKED, { tier });
  const [hits = 0, stale = 0, ...others] = FOUND.map((result) => sumOf(samples, ASKED, { tier, result }));
  return [formatCount(all), share(hits + stale, all), ...[hits, stale, ...others].map(formatCount)];
}

function reads(samples: readonly Sample[]): number {
  const name = 'db_client_operation_duration_seconds_count';
  const systems = valuesOf(samples, name, 'db_system_name').filter((system) => system !== 'redis');
  return systems.reduce((sum, system) => sum + sumOf(samples, name, { db_system_name: system }), 0);
}
