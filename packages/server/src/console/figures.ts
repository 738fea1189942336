/** Counts, changes and times as the console writes them. */
import { formatCount } from '@segment-store/cli/render/count';
import { html } from 'hono/html';
import type { Html } from './console.ts';

const UNITS = [
  ['d', 86_400_000, 2],
  ['h', 3_600_000, 2],
  ['min', 60_000, 2],
  ['s', 1_000, 0],
] as const;

/** In the largest unit of which there are two: 3 d, 47 h, 90 min, 12 s. */
export function formatAge(ms: number): string {
  for (const [unit, size, least] of UNITS) if (ms >= least * size) return `${Math.floor(ms / size)} ${unit}`;
  return '0 s';
}

/** `2026-11-26 04:00`, in UTC, as every time of the console. */
export function time(date: Date): Html {
  const iso = date.toISOString();
  const [day, clock] = [iso.slice(0, 10), iso.slice(11, 16)];
  return html`<time datetime="${iso}" title="${iso}"><span class="whole">${day}</span> <span class="whole">${clock}</span></time>`;
}

/** `2026-11-26 04:00 (3 h ago)` */
export function timeAndAge(date: Date, now: number): Html {
  return html`${time(date)} <span class="muted whole">(${formatAge(now - date.getTime())} ago)</span>`;
}

/** A share of what was there before: +1.2 %. */
export function changeOf(now: number, before: number | undefined): Html {
  if (before === undefined) return html``;
  if (now === before) return html`<span class="muted">±0</span>`;
  const text = before === 0 ? `+${formatCount(now)}` : signedShare(now / before - 1);
  return html`<span class="${now < before ? 'down' : 'up'}">${text}</span>`;
}

/** One place, so that columns stand in line: +12.3 %. */
function signedShare(share: number): string {
  const amount = Math.abs(100 * share);
  return `${share < 0 ? '−' : '+'}${amount < 0.05 ? '<0.1' : amount.toFixed(1)} %`;
}

/** +1,234 or −1,234. */
export function signedCount(change: number): string {
  if (change === 0) return '±0';
  return `${change < 0 ? '−' : '+'}${formatCount(Math.abs(change))}`;
}

/** `1 segment`, `2,000 segments` */
export const counted = (count: number, what: string): string =>
  `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;

/** `city` → `City` */
export const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** `98.2 %`; a dash for a part of nothing. */
export const share = (part: number, all: number): string => (all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`);
