/** What is said of a segment wherever it is shown. */
import type { Segment } from '@segment-store/contract/lines';
import { html } from 'hono/html';
import type { Html } from './console.ts';

/** Nothing in a segment id needs to be encoded. */
export const hrefOfSegment = (id: string): string => `/console/catalogue/${id}`;

export const segmentLink = ({ id, name }: { readonly id: string; readonly name: string }): Html =>
  html`<a href="${hrefOfSegment(id)}">${name}</a>`;

export const attributesOf = ({ attributes }: Pick<Segment, 'attributes'>): Html =>
  html`<span class="attributes">${Object.entries(attributes).map(
    ([name, value]) => html`<span><span class="muted">${name}</span> ${value}</span>`,
  )}</span>`;
