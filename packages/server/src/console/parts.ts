/** What several pages are made of. */
import { html } from 'hono/html';
import type { Html } from './console.ts';

/** A command or request that does the same, to be copied. */
export function command(text: string, label: string): Html {
  return html`<div class="command">
    <span class="muted">${label}</span>
    <code>${text}</code>
    <button type="button" data-copy="${text}" aria-label="Copy: ${label}" hidden>Copy</button>
  </div>`;
}

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

export function notice(tone: Tone, title: string, detail: Html | string): Html {
  return html`<div class="notice ${tone}" role="${tone === 'bad' ? 'alert' : 'note'}">
    <strong>${title}</strong>
    <div>${detail}</div>
  </div>`;
}

/** What stands where nothing is to be shown yet. */
export function empty(title: string, detail: Html | string): Html {
  return html`<div class="empty"><h2>${title}</h2><div>${detail}</div></div>`;
}

export function badge(text: string): Html {
  return html`<span class="badge ${text}">${text}</span>`;
}

export type Fact = readonly [name: string, value: Html | string | undefined];

/** Those that are undefined are left out. */
export function facts(all: readonly Fact[]): Html {
  const shown = all.filter(([, value]) => value !== undefined);
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

interface Column {
  readonly name: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

export interface Table {
  /** For who cannot see it. */
  readonly caption: string;
  /** Dense: rows of one line each; narrow: dense, and few columns, which stay ones on a small screen. Default wide. */
  readonly width?: 'wide' | 'dense' | 'narrow';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (Html | string)[])[];
}

/** The first cell of a row names it. */
export function table({ caption, columns, rows, width = 'wide' }: Table): Html {
  const classOf = (index: number) => (columns[index]?.isNumber ? 'number' : '');
  return html`<div class="scroll ${width}" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption class="unseen">${caption}</caption>
      <thead><tr>${columns.map(({ name }, index) => html`<th scope="col" class="${classOf(index)}">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(
        ([first, ...others]) => html`<tr>
          <th scope="row" class="${classOf(0)}">${first}</th>${others.map(
            (cell, index) =>
              html`<td class="${classOf(index + 1)}" data-name="${columns[index + 1]?.name}">${cell}</td>`,
          )}
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

/** Two lines of one cell. */
export const twoLines = (first: Html | string, second: Html | string): Html =>
  html`<span class="first">${first}</span><span class="second">${second}</span>`;
