/** What went wrong: as a page, or as a part of one. */
import { html } from 'hono/html';
import type { ProblemError } from '../errors.ts';
import type { View } from './console.ts';
import { capitalised } from './figures.ts';
import { notice } from './parts.ts';

/** In words for people; the contract's titles are for programs. */
const titles: Readonly<Record<number, string>> = {
  400: 'This cannot be read',
  401: 'Nobody is signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not a thing to do here',
  412: 'Somebody else was faster',
  422: 'Too much is asked at once',
  429: 'Too many requests',
  500: 'Unexpected failure',
  503: 'Not available now',
};

export function problemView({ problem, headers }: ProblemError): View {
  const { status, detail } = problem;
  const title = titles[status] ?? problem.title;
  const body = html`<div class="title"><h1>${title}</h1><p class="muted">status ${status}</p></div>
    <p class="lead">${sentence(detail)}</p>
    <p>${status === 503 ? html`<a href="/console/status">How this server stands</a>` : html`<a href="/console/generations">Generations</a>`}</p>`;
  return { title, body, status, headers };
}

/** Below what somebody asked for. */
export function problemNotice({ problem, headers }: ProblemError): Pick<View, 'body' | 'status' | 'headers'> {
  const { status, detail } = problem;
  return { body: notice('bad', titles[status] ?? problem.title, sentence(detail)), status, headers };
}

export const sentence = (text: string): string => `${capitalised(text)}.`;
