import type { Part } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { sourceOf } from '../lines/lines.fixture.ts';
import { membersAsTheyAre } from '../lines/lines.ts';
import { ndjsonRows } from '../lines/ndjson.ts';
import { member } from '../place.fixture.ts';
import type { Known } from '../verify/compare.ts';
import { genesis, judged, type Members, now } from './judged.fixture.ts';
import { failed, finished, ledger, partOf } from './outcomes.fixture.ts';
import { readback } from './readback.ts';

const parts = [partOf(0, 50), partOf(1, 50)];
const customers = (part: Part) => Array.from({ length: part.rows }, (_, index) => `${part.key}-${index}`);
const everybody: Members = Object.fromEntries(parts.flatMap(customers).map((id) => [id, ['a', 'b']]));
const nothingKnown: Known = { isRejected: () => false, erased: async () => new Set() };

interface Reading {
  readonly lines?: number;
  readonly known?: Known;
  readonly outcomes?: ReturnType<typeof ledger>;
}

async function judge(members: Members, { lines = 1_000, known = nothingKnown, outcomes }: Reading = {}) {
  const read: string[] = [];
  const gate = readback({
    readbackLines: lines,
    readbackParts: 20,
    async *lines(part, call) {
      read.push(part.key);
      const bytes = Buffer.from(
        customers(part)
          .map((id) => `${member(id, 'a', 'b')}\n`)
          .join(''),
      );
      yield* membersAsTheyAre().lines(part, ndjsonRows()(sourceOf(bytes), call), call);
    },
    known: async () => known,
    random: Math.random,
  });
  const all = outcomes ?? ledger(...parts.map((part) => finished(part)));
  return { ...(await gate.judge(judged(now(members), genesis, { outcomes: all }), unlimited)), read };
}

test('a generation that answers its lines passes, and as many are read as asked for', async () => {
  expect(await judge(everybody)).toMatchObject({
    passed: true,
    figure: '0 of 100 lines of 2 parts answered otherwise',
  });
  expect(await judge(everybody, { lines: 10 })).toMatchObject({ figure: expect.stringContaining('0 of 10 lines') });
});

test.each<[string, Members]>([
  ['other segments', { ...everybody, 'members/p1-7': ['a'] }],
  ['another order of them', { ...everybody, 'members/p1-7': ['b', 'a'] }],
])('a customer with %s is found, named by part and line', async (_, members) => {
  const { passed, figure } = await judge(members);
  expect([passed, figure]).toEqual([false, '1 of 100 lines of 2 parts answered otherwise (members/p1 line 8)']);
});

const { 'members/p0-0': _, ...oneLess } = everybody;

test('a customer who is not there is found', async () => {
  expect(await judge(oneLess)).toMatchObject({ passed: false, figure: expect.stringContaining('members/p0 line 1') });
});

test('unless the line was rejected, or the customer erased', async () => {
  const rejected: Known = { ...nothingKnown, isRejected: ({ offset }) => offset === 0 };
  expect(await judge(oneLess, { known: rejected })).toMatchObject({ passed: true });
  const erased: Known = { ...nothingKnown, erased: async (ids) => new Set(ids) };
  expect(await judge(oneLess, { known: erased })).toMatchObject({ passed: true });
});

test('parts that were left out are not read again', async () => {
  const outcomes = ledger(finished(partOf(0, 50)), failed(partOf(1, 50), 3));
  expect(await judge(everybody, { outcomes })).toMatchObject({ passed: true, read: ['members/p0'] });
});
