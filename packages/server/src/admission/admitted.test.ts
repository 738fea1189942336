import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { permitFor } from '../fixture/admission.ts';
import type { Env, Handler } from '../handler.ts';
import type { Admission, Permit } from './admission.ts';
import { admitted } from './admitted.ts';

const ok = () => new Response('ok');
const failing = () => {
  throw new Error('failed');
};
const handlers: readonly [string, Handler, number][] = [
  ['answers', ok, 200],
  ['answers later', async () => ok(), 200],
  ['throws', failing, 500],
  ['rejects', async () => failing(), 500],
];
const waits: readonly [string, (permit: Permit) => Permit | Promise<Permit>][] = [
  ['at once', (permit) => permit],
  ['after a while', async (permit) => permit],
];

for (const [when, admit] of waits) {
  test.each(handlers)(`a request let in ${when} is released once when its handler %s`, async (_, handler, status) => {
    let released = 0;
    const caller = { id: 'c', class: 'normal', scopes: new Set(['read'] as const) } as const;
    const admission: Admission = { admit: () => admit({ ...permitFor(caller), release: () => void released++ }) };
    const seen: unknown[] = [];
    const answer = admitted(admission, 'read', (context, permit) => {
      seen.push(context.get('caller'), permit.caller, released);
      return handler(context, permit);
    });
    const app = new Hono<Env>().get('/', answer).onError(() => new Response('', { status: 500 }));
    expect((await app.request('/')).status).toBe(status);
    expect(seen).toEqual([caller, caller, 0]);
    expect(released).toBe(1);
  });
}
