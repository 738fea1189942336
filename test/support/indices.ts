import { servers } from './servers.ts';

/** Leaves nothing of a deployment in the Elasticsearch that all tests share. */
export async function removeIndices(prefix: string): Promise<void> {
  const url = servers().elasticsearch;
  const indices = await (await fetch(`${url}/_cat/indices/${prefix}-*?format=json&h=index`)).json();
  for (const { index } of Array.isArray(indices) ? indices : []) await fetch(`${url}/${index}`, { method: 'DELETE' });
}
