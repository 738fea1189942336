/** Every run-book does what it says, on a stack of its own: condition, queries, commands, end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@segment-store/stack/stack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunBooks } from '../deploy/run-books.ts';
import { DRILLS, ROUNDS } from '../drills/drills.ts';
import { type OpenGround, openGround } from '../drills/ground.ts';
import { killedText, killServer } from '../drills/killed-server.ts';
import { performAll } from '../drills/lanes.ts';

/** Calculations run when a drill wants one. */
const DAY_MS = 86_400_000;
const DRILL_MS = 420_000;
const books = await readRunBooks();

let folder = '';
let stack: Stack;
let ground: OpenGround;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drills-stack-'));
  stack = await startStack({ folder, everyMs: DAY_MS, faults: true });
  ground = await openGround(stack);
}, 300_000);
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

test('a server that is killed is with Alertmanager in 30 s and then with its receiver; so is its end', async () => {
  const seconds = await killServer(ground);
  process.stdout.write(`${killedText(seconds)}\n`);
  expect(seconds.alerted).toBeLessThanOrEqual(30);
  expect(seconds.notified).toBeLessThanOrEqual(60);
  expect(seconds.ended).toBeLessThanOrEqual(30);
  expect(seconds.resolved).toBeLessThanOrEqual(120);
}, 400_000);

describe('run-books', () => {
  const ended = new AbortController();
  let performed: ReturnType<typeof performAll>;
  beforeAll(() => {
    performed = performAll(ROUNDS, { ground, books, signal: ended.signal });
  });
  afterAll(() => ended.abort());

  test.each(DRILLS.map((drill) => [Object.keys(drill.walks).join(', '), drill] as const))(
    '%s',
    async (_, drill) => {
      const found = await performed.get(drill);
      expect(found?.map(({ alert }) => alert)).toEqual(Object.keys(drill.walks));
    },
    DRILL_MS,
  );
});
