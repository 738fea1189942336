/** What ours answers, for servers that are to answer the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Dispatcher, Pool } from 'undici';
import { zipf } from '../zipf.ts';
import type { Answer } from './bare.ts';
import type { Server } from './ours.ts';
import { customerId } from './population.ts';
import { CONNECTIONS, CUSTOMERS, scale } from './scale.ts';

const pathsAsked = (): readonly string[] =>
  [...new Set(zipf(CUSTOMERS, scale.asked))].map((index) => `/v1/customers/${customerId(index)}/segments`);

/** Asks for every customer of the load, twice: what is kept has been in the cache. Returns the file of it. */
export async function keepAnswers(ours: Server, root: string): Promise<string> {
  const wanted = pathsAsked();
  await askAll(ours, wanted);
  const file = join(root, 'answers.ndjson');
  const lines = (await askAll(ours, wanted)).map(({ path, headers, body }) => {
    const { age: _, ...same } = headers;
    return JSON.stringify({ path, headers: { ...same, age: '0' }, body });
  });
  writeFileSync(file, lines.join('\n'));
  return file;
}

/**
 * Both have then answered everything once more, neither is new to it.
 * @throws Error when any customer gets other headers, values or bytes from one server than from the other
 */
export async function checkAlike(ours: Server, bare: Server): Promise<void> {
  const paths = pathsAsked();
  await askAll(bare, paths);
  const [own, others] = [await askAll(ours, paths), await askAll(bare, paths)];
  for (const [place, { headers, ...answer }] of own.entries()) {
    const { headers: its = {}, ...other } = others[place] ?? {};
    // Ages differ, whether there is one does not.
    const [left, right] = [headers, its].map((all) => ({ ...all, ...('age' in all && { age: 'some' }) }));
    if (isDeepStrictEqual([left, answer], [right, other])) continue;
    throw new Error(`answers differ: ${JSON.stringify({ ours: [headers, answer], bare: [its, other] })}`);
  }
}

/** Node's own. The length is compared with the body's. */
const OF_NODE = new Set(['date', 'connection', 'keep-alive', 'content-length']);

async function askAll({ port, key }: Server, paths: readonly string[]): Promise<readonly Answer[]> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
  const asking = paths.values();
  const found = new Map<string, Answer>();
  const one = async () => {
    for (const path of asking)
      found.set(path, await answerOf(() => pool.request({ path, method: 'GET', headers }), path));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one)).finally(() => pool.close());
  return paths.flatMap((path) => found.get(path) ?? []);
}

/** Asked again while the server has more to do than it can. */
async function answerOf(request: () => Promise<Dispatcher.ResponseData>, path: string): Promise<Answer> {
  for (;;) {
    const { statusCode, headers, body } = await request();
    const text = await body.text();
    if (statusCode === 503) continue;
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${text}`);
    if (Number(headers['content-length']) !== text.length) throw new Error(`${path}: no content-length`);
    const kept = Object.entries(headers).flatMap(([name, value]) => (OF_NODE.has(name) ? [] : [[name, `${value}`]]));
    return { path, headers: Object.fromEntries(kept), body: text };
  }
}
