/** Who is refused before a request costs anything: now, and so far. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import { callerClasses } from '../admission/admission.ts';
import type { Html } from './console.ts';
import { capitalised, counted } from './figures.ts';
import { table } from './parts.ts';
import { type Sample, sumOf, valuesOf } from './samples.ts';

const SO_FAR = 'segment_shed_total';
const NOW = 'segment_shed_ratio';

const REASONS: Readonly<Record<string, string>> = {
  rate: 'More than the rate of their key (429)',
  loop: 'The server was too busy (503)',
  'in-flight': 'Too many requests at once (503)',
};

/** `30 % of best-effort`; empty for nobody. */
export function refusedNow(samples: readonly Sample[]): string {
  return callerClasses
    .flatMap((ofClass) => {
      const part = Math.round(100 * sumOf(samples, NOW, { class: ofClass }));
      return part > 0 ? [`${part} % of ${ofClass}`] : [];
    })
    .join(', ');
}

export function refusals(samples: readonly Sample[]): Html {
  const total = sumOf(samples, SO_FAR);
  const said = total === 0 ? 'nobody so far, neither for rate nor for load' : counted(total, 'request');
  return html`<section><div class="title"><h2>Refused</h2><p class="muted">${said}</p></div>
    ${total > 0 && matrix(samples)}
  </section>`;
}

/** Reason by class. */
function matrix(samples: readonly Sample[]): Html {
  const classes = [...new Set([...callerClasses, ...valuesOf(samples, SO_FAR, 'class')])];
  const columns = [{ name: 'Why' }, ...[...classes.map(capitalised), 'All'].map((name) => ({ name, isNumber: true }))];
  const rows = valuesOf(samples, SO_FAR, 'reason').map((reason) => [
    REASONS[reason] ?? reason,
    ...classes.map((ofClass) => formatCount(sumOf(samples, SO_FAR, { reason, class: ofClass }))),
    formatCount(sumOf(samples, SO_FAR, { reason })),
  ]);
  return table({ caption: 'Refused requests by class of their key', columns, rows, width: 'narrow' });
}
