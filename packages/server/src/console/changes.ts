/** Segments that change most, as a table. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import type { Html } from './console.ts';
import type { Change, Effect } from './effect.ts';
import { LARGEST } from './effects.ts';
import { changeOf, signedCount } from './figures.ts';
import { facts, table } from './parts.ts';
import { segmentLink } from './segment-facts.ts';

interface Words {
  readonly before: string;
  readonly after: string;
  /** How segments are called that are only there after. */
  readonly appear: string;
}

/** Which change most: the larger part of the page. */
export function changes({ largest }: Effect, words: Words): Html {
  if (largest.length === 0) return html``;
  const most = Math.max(...largest.map(({ before, after }) => Math.abs(after - before)));
  const columns = [
    { name: 'Segment' },
    ...[words.before, words.after, 'Change'].map((name) => ({ name, isNumber: true })),
  ];
  const rows = largest.map((change) => row(change, most));
  const which = rows.length === LARGEST ? html`<p class="muted">the ${LARGEST} that change most</p>` : '';
  return html`<section><div class="title"><h2>Segments that change</h2>${which}</div>
    ${table({ caption: 'Segments that change most', columns, rows, width: 'narrow' })}
  </section>`;
}

/** Of every segment what becomes of it. */
export function outcome({ larger, smaller, same, appear, vanish }: Effect, words: Words): Html {
  const told = (count: number) => html`<span class="large">${formatCount(count)}</span>`;
  return facts([
    ['Segments larger', told(larger)],
    ['Smaller', told(smaller)],
    ['As large as before', told(same)],
    ['Gone', vanish > 0 ? told(vanish) : undefined],
    [words.appear, appear > 0 ? told(appear) : undefined],
  ]);
}

function row({ segment, before, after }: Change, most: number): (Html | string)[] {
  const change = after - before;
  const figure = html`${signedCount(change)} <span class="share">${changeOf(after, before)}</span> ${bar(change / most)}`;
  return [segmentLink(segment), formatCount(before), formatCount(after), figure];
}

const HALF = 40;

/** To the left for what shrinks; `share` from −1 to 1. */
function bar(share: number): Html {
  const width = Math.max(1, Math.round(HALF * Math.abs(share)));
  return html`<svg class="bar" width="${2 * HALF}" height="12" aria-hidden="true">
    <rect class="${share < 0 ? 'down' : 'up'}" x="${share < 0 ? HALF - width : HALF}" y="2" width="${width}" height="8"></rect>
    <line x1="${HALF}" x2="${HALF}" y1="0" y2="12"></line>
  </svg>`;
}
