/** What is said of a generation wherever it is shown. */
import { durationMs } from '@segment-store/contract/manifest';
import type { Generation, Verdict } from '@segment-store/store/store';
import { html } from 'hono/html';
import type { Html } from './console.ts';
import { counted, formatAge, time } from './figures.ts';

export const runLink = (run: string): Html => html`<a href="/console/generations/${run}"><code>${run}</code></a>`;

/** Its counts are final. */
export const isWhole = ({ state }: Generation): boolean => state !== 'building';

/** By how much the next one is overdue; undefined when it is not, or nobody said when to expect it. */
export function lateBy({ computedAt, expectedEvery = '' }: Generation, now: number): number | undefined {
  const overdue = now - computedAt.getTime() - durationMs(expectedEvery);
  return overdue > 0 ? overdue : undefined;
}

export function stateSince(generation: Generation, now: number): Html {
  const at = sinceOf(generation);
  return at === undefined ? html`` : html`${time(at)} · ${formatAge(now - at.getTime())} ago`;
}

function sinceOf(generation: Generation): Date | undefined {
  if (generation.state === 'live') return generation.publishedAt;
  return generation.state === 'retired' || generation.state === 'withdrawn' ? generation.retiredAt : undefined;
}

/** Nobody let it pass, and it does not hold. */
export const isAccepted = ({ passed, overriddenBy }: Verdict): boolean => !passed && overriddenBy !== undefined;

/** `16 passed, 1 accepted` */
export function gatesSummary({ verdicts = [] }: Generation): Html {
  if (verdicts.length === 0) return html`<span class="muted">–</span>`;
  const passed = verdicts.filter((verdict) => verdict.passed).length;
  const accepted = verdicts.length - passed;
  const good = passed > 0 ? html`${passed} passed` : html``;
  if (accepted === 0) return good;
  return html`${good}${passed > 0 ? ', ' : ''}<span class="warn">${accepted} accepted</span>`;
}

export const sizeOf = ({ members, segments }: Generation): string =>
  `${counted(members, 'customer')} in ${counted(segments, 'segment')}`;
