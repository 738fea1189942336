import { expect, test } from 'vitest';
import { measure } from './measure.ts';
import type { Happening } from './profile.ts';
import type { Load, Tool } from './tool.ts';

const phases = [{ name: 'steady', perSecond: 1_000, requests: 100, counts: true }];
const load: Load = { phases, asked: [], url: 'http://h', keys: { usual: 'k', abusive: 'k' } };

async function order(happens: Happening): Promise<readonly string[]> {
  const heard: string[] = [];
  const { promise: happened, resolve } = Promise.withResolvers<void>();
  const tool: Tool = {
    prepare: async () => {},
    async ask() {
      heard.push('asked');
      await happened;
      return [[{ sentAtMs: 0, tookMs: 1, status: 200, caller: 'usual' }]];
    },
  };
  const happen = async (what: Happening) => {
    heard.push(what);
    resolve();
  };
  const place = { ...load, customers: [], ops: undefined, pids: { redis: [], store: [] }, happen };
  const { unsent, cost } = await measure({ tool, load, place, happens, signal: new AbortController().signal });
  expect({ unsent, cost }).toEqual({ unsent: 99, cost: undefined });
  return heard;
}

test('caches are emptied before anybody asks', async () => {
  expect(await order('empty-caches')).toEqual(['empty-caches', 'asked']);
});

test('a generation is published while they ask', async () => {
  expect(await order('publish')).toEqual(['asked', 'publish']);
});
