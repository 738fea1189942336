/** A console whose callers have keys, and a browser without scripts that visits it. */
import { type Admission, type Scope, scopes } from '../admission/admission.ts';
import { ProblemError } from '../errors.ts';
import { permitFor } from '../fixture/admission.ts';
import type { Served } from '../fixture/app.ts';

/** What a person reads of a page. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>|\s+/g, ' ')
    .replaceAll(/ +/g, ' ')
    .replaceAll('&quot;', '"');

/** `key-read` may `read`, `key-read-publish` both; `Bearer` before it. */
export const byKey: Admission = {
  admit({ authorization = '' }, need) {
    const [, text] = /^Bearer key-([a-z:-]+)$/.exec(authorization) ?? [];
    if (text === undefined)
      throw new ProblemError('forbidden', { status: 401, detail: 'this server knows no such key' });
    const granted = new Set(scopes.filter((scope) => text.split('-').includes(scope)));
    if (granted.has(need)) return permitFor({ id: 'tester', class: 'normal', scopes: granted });
    throw new ProblemError('forbidden', { status: 403, detail: `this key does not grant ${need}` });
  },
};

export const keyFor = (...granted: readonly Scope[]): string => `key-${granted.join('-')}`;

interface Sent {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

/** Keeps its cookie; follows nothing by itself. */
export class Visitor {
  readonly #app: Served['app'];
  #cookie = '';

  constructor(app: Served['app']) {
    this.#app = app;
  }

  async open(path: string, { form, headers = {} }: Sent = {}): Promise<Seen> {
    const own = this.#cookie === '' ? {} : { cookie: this.#cookie };
    const response = await this.#app.request(`http://console${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...own, ...(form && { host: 'console', origin: 'http://console' }), ...headers },
      ...(form !== undefined && { body: new URLSearchParams(form) }),
    });
    const setCookie = response.headers.get('set-cookie')?.split(';')[0];
    if (setCookie !== undefined) this.#cookie = setCookie;
    return { status: response.status, headers: response.headers, html: await response.text() };
  }

  async signIn(key: string): Promise<void> {
    const { status, html } = await this.open('/console/sign-in', { form: { key } });
    if (status !== 303) throw new Error(`not signed in: ${status} ${html}`);
  }

  /** What proves that a form came from this page. */
  async tokenOf(path: string): Promise<string> {
    const { html } = await this.open(path);
    return /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  }
}
