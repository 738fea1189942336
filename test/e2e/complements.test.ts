/** Complement segments from definitions to answers, on both stores: what sets over plain SQL's memberships say. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSegmentClient } from '@segment-store/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { membershipsByPlainSql } from '../support/oracle.ts';
import { servers } from '../support/servers.ts';

const example = new URL('../../examples/online-retail/', import.meta.url).pathname;
const run = '20260101t000000z';
const prefix = `complements-${randomUUID().slice(0, 8)}`;
const SCOPE = 'country:France';
/** Key → what it is not, within what. */
const RULES = {
  casual: { of: 'recurrent-customers', universe: 'everyone' },
  settled: { of: 'new-customers', universe: 'known' },
  faithful: { of: 'new-customers', universe: 'recurrent-customers' },
};
type Rule = keyof typeof RULES;
const rules: readonly Rule[] = ['casual', 'faithful', 'settled'];

let scratch = '';
let memberships: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-complements-'));
  memberships = await membershipsByPlainSql();
  const { definitions } = JSON.parse(await readFile(`${example}definitions.json`, 'utf8'));
  const complements = Object.entries(RULES).map(([key, complement]) => {
    return { ...definitions[0], key, name: key, type: 'rule', when: { complement } };
  });
  await writeFile(join(scratch, 'definitions.json'), JSON.stringify({ definitions: [...complements, ...definitions] }));
  const inputs = ['--orders', `${example}orders.parquet`, '--definitions', join(scratch, 'definitions.json')];
  const flags = ['--categories', `${example}categories.csv`, '--as-of', '2011-12-10', '--run', run, '--to', scratch];
  await resultOf('compute', ['run', ...inputs, ...flags]);
});
afterAll(async () => {
  await removeIndices(prefix);
  await rm(scratch, { recursive: true });
});

/** Whether a customer is in a rule's segment of a scope; undefined for one never seen. */
function isIn(rule: Rule, scope: string, held: readonly string[] | undefined): boolean {
  const { of, universe } = RULES[rule];
  const holds = (key: string) => held?.includes(`${key}:${scope}`) ?? false;
  if (holds(of)) return false;
  return universe === 'everyone' || (universe === 'known' ? held !== undefined : holds(universe));
}

const stores = {
  embedded: () => ['--store', `embedded:${join(scratch, 'store')}`],
  elasticsearch: () => ['--store', servers().elasticsearch, '--prefix', prefix],
};

describe.each(['embedded', 'elasticsearch'] as const)('%s', (kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    const store = stores[kind]();
    await resultOf('ingest', ['load', join(scratch, run), ...store]);
    server = await startServer([...store, '--store-timeout-ms', '10000']);
  });
  afterAll(async () => void (await server?.stop()));

  /** A server on a busy machine may say that it is busy. */
  async function get(path: string) {
    for (;;) {
      const response = await fetch(`${server.url}/v1/${path}`);
      const text = await response.text();
      if (response.status !== 503) return JSON.parse(text);
    }
  }
  const asked = (): [string, readonly string[] | undefined][] => [
    ...[...memberships].filter((_, index) => index % 40 === 0),
    ['never-seen', undefined],
  ];

  test('rows unfiltered, rows and rules with a filter, rules one by one', async () => {
    for (const [customer, held] of asked()) {
      const plain = await get(`customers/${customer}/segments`);
      expect(plain).toMatchObject({ known: held !== undefined, complete: false });
      expect(plain.segmentIds.toSorted()).toEqual((held ?? []).toSorted());

      const inFrance = rules.filter((rule) => isIn(rule, SCOPE, held)).map((rule) => `${rule}:${SCOPE}`);
      const filtered = await get(`customers/${customer}/segments?country=France`);
      expect(filtered.complete).toBe(true);
      const rows = (held ?? []).filter((id) => id.endsWith(`:${SCOPE}`));
      expect(filtered.segmentIds.toSorted()).toEqual([...rows, ...inFrance].toSorted());

      const types = await get(`customers/${customer}/segments?type=rule&include=complements`);
      const scopes = await scopesOf();
      const all = rules.flatMap((rule) =>
        scopes.filter((scope) => isIn(rule, scope, held)).map((scope) => `${rule}:${scope}`),
      );
      expect(types.segmentIds).toEqual(all.toSorted());

      for (const rule of rules) {
        const { member } = await get(`customers/${customer}/segments/${rule}:${SCOPE}`);
        expect([rule, member]).toEqual([rule, isIn(rule, SCOPE, held)]);
      }
    }
  }, 60_000);

  test('sizes count the known customers, and the catalogue says the rule', async () => {
    for (const rule of rules) {
      const segment = await get(`segments/${rule}:${SCOPE}`);
      const { of, universe } = RULES[rule];
      const size = [...memberships.values()].filter((held) => isIn(rule, SCOPE, held)).length;
      const within = ['known', 'everyone'].includes(universe) ? universe : `${universe}:${SCOPE}`;
      expect(segment).toMatchObject({ size, complementOf: `${of}:${SCOPE}`, universe: within });
    }
  });

  test('the SDK asks for the pair where an incomplete answer cannot say no', async () => {
    await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
    for (const [customer, held] of asked().slice(-20)) {
      for (const rule of rules) {
        const membership = await client.checkMember(customer, `${rule}:${SCOPE}`);
        expect(membership).toMatchObject({ ok: true, member: isIn(rule, SCOPE, held), known: held !== undefined });
      }
      expect(await client.isMember(customer, `recurrent-customers:${SCOPE}`)).toBe(!isIn('casual', SCOPE, held));
    }
  }, 60_000);

  let scopes: readonly string[] | undefined;
  /** Every value there is a segment of, as the catalogue has it. */
  async function scopesOf(): Promise<readonly string[]> {
    if (scopes !== undefined) return scopes;
    const { segments, nextCursor } = await get('segments?type=recurrent&limit=200');
    expect(nextCursor).toBeUndefined();
    scopes = segments.map(({ id }: { id: string }) => id.slice(id.indexOf(':') + 1));
    return scopes ?? [];
  }
});
