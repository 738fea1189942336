/** Descriptions of openapi.yaml as HTML: paragraphs, and what stands between backticks is code. */
import { html } from 'hono/html';
import type { Json } from '../document.ts';

export type Html = ReturnType<typeof html>;

export function prose(text: Json | undefined): Html {
  if (typeof text !== 'string') return html``;
  const paragraphs = text.trim().split(/\n\s*\n/);
  return html`${paragraphs.map((paragraph) => html`<p>${line(paragraph)}</p>`)}`;
}

/** Without a paragraph of its own. */
export function line(text: Json | undefined): Html {
  const pieces = typeof text === 'string' ? text.split('`') : [];
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`))}`;
}
