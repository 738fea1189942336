import { expect, test } from 'vitest';
import { RouterByMethod } from './router.ts';

function given(): RouterByMethod<string> {
  const router = new RouterByMethod<string>();
  router.add('GET', '/v1/customers/:id/segments', 'segments');
  router.add('POST', '/v1/generations/:run/publish', 'publish');
  router.add('ALL', '/console/*', 'console');
  router.add('POST', '/v1/generations/rollback', 'roll back');
  router.add('DELETE', '/v1/customers/:id', 'erase');
  return router;
}

const found = (method: string, path: string) =>
  given()
    .match(method, path)[0]
    .map(([handler]) => handler);

test('a fixed name beside a parameter is one of two routes, a parameter may be called like the name', () => {
  expect(found('POST', '/v1/generations/rollback')).toEqual(['roll back']);
  expect(found('POST', '/v1/generations/20260101t000000z/publish')).toEqual(['publish']);
  expect(found('POST', '/v1/generations/rollback/publish')).toEqual(['publish']);
});

test('what every method has is there whether it came before or after the first route of a method, or without any', () => {
  for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'ANYTHING']) {
    expect(found(method, '/console/status')).toEqual(['console']);
  }
});

test('a path is found by its own method only', () => {
  expect(found('GET', '/v1/customers/c1/segments')).toEqual(['segments']);
  expect(found('POST', '/v1/customers/c1/segments')).toEqual([]);
  expect(found('PUT', '/v1/customers/c1')).toEqual([]);
});
