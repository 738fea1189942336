import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { storeUnavailable, toResponse } from '../errors.ts';
import type { Env } from '../handler.ts';
import { createRequestLog } from './log.ts';
import { measured } from './measured.ts';

const route = { method: 'GET', template: '/v1/customers/{customerId}/segments' };

function start(sample: number, id = 'k7') {
  const lines: Record<string, unknown>[] = [];
  const clock = { ms: 0 };
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const watch = createRequestLog({ sample, destination, base: { worker: 2 }, now: () => clock.ms });
  const app = new Hono<Env>();
  app.onError(() => toResponse(storeUnavailable('away')));
  const answer = measured(watch, route, (context) => {
    context.set('caller', { id, class: 'normal' });
    if (context.req.query('fails') !== undefined) throw storeUnavailable('away');
    return new Response('{}');
  });
  app.get('/v1/customers/:id/segments', answer);
  return { lines, clock, ask: (query = '') => app.request(`/v1/customers/secret-customer/segments${query}`) };
}

test('an error is always told: where, how it ended, how long it took, with whose key, and no id', async () => {
  const { lines, ask } = start(0);
  await ask('?fails=secret');
  expect(lines).toEqual([
    {
      level: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      worker: 2,
      method: 'GET',
      route: '/v1/customers/{customerId}/segments',
      status: 503,
      ms: expect.any(Number),
      class: 'normal',
      key: 'k7',
      msg: 'request',
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('of what goes well a sample is told, each line with how many requests it stands for', async () => {
  const none = start(0);
  for (let index = 0; index < 20; index += 1) await none.ask();
  expect(none.lines.filter(({ ms }) => Number(ms) <= 50)).toEqual([]); // the first may be slow
  const some = start(0.25);
  for (let index = 0; index < 200; index += 1) await some.ask();
  expect(some.lines.length).toBeGreaterThan(20);
  expect(some.lines.length).toBeLessThan(80);
  expect(some.lines.at(-1)).toMatchObject({ level: 'info', status: 200, weight: 4 });
});

test('a flood of errors is cut at 100 lines a second, and what was left out is told', async () => {
  const { lines, clock, ask } = start(0);
  for (let index = 0; index < 150; index += 1) await ask('?fails');
  expect(lines.length).toBe(100);
  clock.ms = 1_000;
  await ask('?fails');
  expect(lines.slice(100)).toMatchObject([{ leftOut: 50, msg: 'lines were left out' }, { status: 503 }]);
});

test('of a token no subject is told: it may be a person', async () => {
  const { lines, ask } = start(0, 'jwt:ada@example.org');
  await ask('?fails');
  expect(lines).toMatchObject([{ key: 'jwt' }]);
});
