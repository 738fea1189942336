/** A deployment of its own for one test. */
import { randomUUID } from 'node:crypto';
import { servers } from '../../../../test/support/servers.ts';
import { openStore, type StoreOptions } from '../open.ts';
import type { Place } from '../place.suite.ts';

export interface ElasticsearchPlace extends Place {
  readonly prefix: string;
  /** A request past the store. */
  ask(method: string, path: string, body?: object): Promise<unknown>;
}

export async function freshPlace(
  own: StoreOptions = {},
  url: string = servers().elasticsearch,
): Promise<ElasticsearchPlace> {
  const { prefix = `test-${randomUUID().slice(0, 13)}` } = own;
  const ask = (method: string, path: string, body?: object) => request(method, path, body);
  return {
    url,
    prefix,
    options: { ...own, prefix },
    open: (options) => openStore(url, { ...own, ...options, prefix }),
    ask,
    async remove() {
      const indices = await ask('GET', `/${prefix}-*`);
      const names = Object.keys(Object(indices));
      if (names.length > 0) await ask('DELETE', `/${names.join(',')}`);
    },
  };
}

async function request(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const response = await fetch(`${servers().elasticsearch}${path}`, { method, ...content });
  return response.json();
}
