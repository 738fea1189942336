/** How quickly and how well each route is answered. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import type { Html } from './console.ts';
import { table } from './parts.ts';
import { type Sample, sumOf, valuesOf } from './samples.ts';

const DURATION = 'http_server_request_duration_seconds';
const COLUMNS = [
  { name: 'Route' },
  ...['Answers', 'p50', 'p99', '4xx', '5xx'].map((name) => ({ name, isNumber: true })),
];

/** Of all answers those that are the server's own fault, and all. */
export const failed = (samples: readonly Sample[]): readonly [failures: number, all: number] => [
  sumOf(samples, `${DURATION}_count`, { status: '5xx' }),
  sumOf(samples, `${DURATION}_count`),
];

export function answers(samples: readonly Sample[]): Html {
  const rows = valuesOf(samples, `${DURATION}_count`, 'route').map((route) => {
    // Looked through many times: only what is of this route.
    return row(
      route,
      samples.filter(({ labels }) => labels.route === route),
    );
  });
  return html`<section><h2>Answers</h2>${
    rows.length === 0
      ? html`<p class="muted">Nobody has asked yet.</p>`
      : table({ caption: 'Answers by route', columns: COLUMNS, rows, width: 'dense' })
  }</section>`;
}

function row(route: string, own: readonly Sample[]): (Html | string)[] {
  const [failures, all] = failed(own);
  return [
    html`<code>${route}</code>`,
    formatCount(all),
    ...[0.5, 0.99].map((part) => quantile(own, part)),
    formatCount(sumOf(own, `${DURATION}_count`, { status: '4xx' })),
    failures === 0 ? '0' : html`<span class="bad">${formatCount(failures)}</span>`,
  ];
}

/** The upper bound of the bucket in which it falls. */
function quantile(own: readonly Sample[], part: number): string {
  const bounds = valuesOf(own, `${DURATION}_bucket`, 'le').map(Number).filter(Number.isFinite);
  bounds.sort((a, b) => a - b);
  const upTo = (le: number | '+Inf') => sumOf(own, `${DURATION}_bucket`, { le: `${le}` });
  const bound = bounds.find((le) => upTo(le) >= part * upTo('+Inf'));
  return bound === undefined ? `> ${(bounds.at(-1) ?? 0) * 1000} ms` : `≤ ${Number((bound * 1000).toPrecision(3))} ms`;
}
