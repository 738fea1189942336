/** Segments that change most, as a table. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import type { Html } from './console.ts';
import type { Change, Effect } from './effect.ts';
import { LARGEST } from './effects.ts';
import { changeOf, counted, signedCount } from './figures.ts';
import { table } from './parts.ts';
import { segmentLink } from './segment-facts.ts';

interface Words {
  readonly before: string;
  readonly after: string;
  /** How segments are called that are only there after. */
  readonly appear: string;
}

export function changes({ largest, changed, appear, vanish }: Effect, words: Words): Html {
  const summary = [
    changed === 0 ? 'every segment is as large as before' : `${counted(changed, 'segment')} of another size`,
    ...(vanish > 0 ? [`${formatCount(vanish)} gone`] : []),
    ...(appear > 0 ? [`${formatCount(appear)} ${words.appear}`] : []),
  ].join(', ');
  const which = changed > LARGEST ? `; these ${LARGEST} most` : '';
  const most = Math.max(...largest.map(({ before, after }) => Math.abs(after - before)));
  const columns = [
    { name: 'Segment' },
    ...[words.before, words.after, 'Change'].map((name) => ({ name, isNumber: true })),
  ];
  const rows = largest.map((change) => row(change, most));
  return html`<section><div class="title"><h2>Segments</h2><p class="muted">${summary}${which}</p></div>
    ${changed > 0 && table({ caption: 'Segments that change most', columns, rows, width: 'narrow' })}
  </section>`;
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
