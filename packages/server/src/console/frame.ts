/** Around every page: head, navigation, and what a browser may do with it. */
import { randomBytes } from 'node:crypto';
import { html } from 'hono/html';
import type { Serving } from '../lookup/serving.ts';
import { pathOf } from './assets.ts';
import type { Html, Section, View, Visit } from './console.ts';
import { formatAge } from './figures.ts';

const SECTIONS: readonly (readonly [Section, string, key: string])[] = [
  ['generations', 'Generations', 'g'],
  ['customers', 'Customers', 'u'],
  ['catalogue', 'Catalogue', 'c'],
  ['status', 'Status', 's'],
  ['rollback', 'Roll back', 'r'],
];

/** A page for somebody who was let in, or who is about to sign in: then without a visit. */
export async function framed(view: View, serving: Serving, visit?: Visit): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${view.title} · Segment store</title>
  <link rel="icon" href="${pathOf('icon.svg')}" type="image/svg+xml">
  <link rel="stylesheet" href="${pathOf('style.css')}" nonce="${nonce}">
  <script type="module" src="${pathOf('island.js')}" nonce="${nonce}"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to content</a>
  <header>
    <a class="mark" href="/console/generations"><img src="${pathOf('icon.svg')}" alt="" width="20" height="20">Segment store</a>
    ${visit && html`${navigation(view)}${search(view)}${served(serving, visit)}`}
  </header>
  <main id="main" tabindex="-1">
    ${view.body}
  </main>
  ${visit && html`${footer(visit)}${keys()}`}
</body>
</html>`;
  return new Response(String(await page), {
    status: view.status ?? 200,
    headers: { ...headers(nonce), ...view.headers },
  });
}

function headers(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    // Not `no-referrer`: a browser would send forms with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

function navigation(view: View): Html {
  return html`<nav aria-label="Console"><ul>${SECTIONS.map(
    ([section, name, key]) =>
      html`<li><a href="/console/${section}" data-go="${key}"${current(view, section)}>${name}</a></li>`,
  )}</ul></nav>`;
}

const current = (view: View, section: Section): Html =>
  view.section === section ? html` aria-current="page"` : html``;

/** The customers' page has a larger one. */
function search(view: View): Html {
  if (view.section === 'customers') return html``;
  return html`<form class="search" role="search" action="/console/customers">
    <input name="id" aria-label="Customer id" placeholder="Customer id" autocomplete="off" spellcheck="false" data-search required>
  </form>`;
}

/** What the page may be about, wherever one is. */
function served(serving: Serving, { now }: Visit): Html {
  const { state, pinned, detail } = serving.status();
  if (pinned === undefined) return html`<a class="served none" href="/console/status">nothing served</a>`;
  const { run, computedAt, isKept, isLate } = pinned;
  const word = isKept ? 'kept' : isLate ? 'late' : state === 'serving' ? '' : state;
  return html`<a class="served${detail === undefined ? '' : ' doubtful'}" href="/console/generations/${run}">
    <span class="unseen">served: </span><code>${run}</code> <span class="muted">${formatAge(now - computedAt.getTime())}</span>
    ${word && html`<span class="warn">${word}</span>`}
  </a>`;
}

function signOut({ token }: Visit): Html {
  if (token === undefined) return html``;
  return html`<form method="post" action="/console/sign-out">
    <input type="hidden" name="token" value="${token}"><button class="quiet">Sign out</button>
  </form>`;
}

function footer(visit: Visit): Html {
  const { scopes } = visit;
  return html`<footer>
    <span>You may: ${[...scopes].join(', ')}</span>
    ${signOut(visit)}
    <span>All times are UTC</span>
    <a href="/reference">API reference</a>
    <button type="button" class="quiet" data-keys hidden>Keys <kbd>?</kbd></button>
  </footer>`;
}

function keys(): Html {
  const all: readonly (readonly [string, string])[] = [
    ['/', 'Search'],
    ['j', 'Next row'],
    ['k', 'Row before'],
    ['n', 'Next page'],
    ...SECTIONS.map(([, name, key]) => [`g ${key}`, name] as const),
    ['?', 'This list'],
    ['Esc', 'Leave a field, close this'],
  ];
  return html`<dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl>${all.map(
      ([key, what]) =>
        html`<div><dt>${key.split(' ').map((one) => html`<kbd>${one}</kbd>`)}</dt><dd>${what}</dd></div>`,
    )}</dl>
    <label><input type="checkbox" data-keys-on checked> Single keys do this</label>
    <form method="dialog"><button>Close</button></form>
  </dialog>`;
}
