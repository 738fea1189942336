/** Random catalogues, and what sets of customers say of them: every endpoint must say the same. */
import type { Segment } from '@segment-store/contract/lines';
import { afterEach, expect, test } from 'vitest';
import { randomBelow } from '../../../../test/support/random.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { complement, loadedRun, RUN, segment } from '../fixture/store.ts';

const ROUNDS = 40;
let fixture: Fixture | undefined;
afterEach(() => fixture?.[Symbol.asyncDispose]());

const below = randomBelow(20260901);
const some = <T>(items: readonly T[], share: number): T[] => items.filter(() => below(100) < share);
const oneOf = <T>(first: T, ...more: readonly T[]): T => more[below(more.length + 1)] ?? first;

const KNOWN = ['c1', 'c2', 'c3', 'c4', 'c5'];
const CUSTOMERS = [...KNOWN, 'never-1', 'never-2'];
const VALUES = { store: ['1', '2', '3'], city: ['Bonn', 'Lyon'], country: ['DE', 'FR'], category: ['toys'] };
const attributes = () =>
  Object.fromEntries(
    some(Object.entries(VALUES), 50).map(([name, [first = '', ...more]]) => [name, oneOf(first, ...more)]),
  );

interface World {
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly segments: readonly Segment[];
}

function randomWorld(): World {
  const rows = Array.from({ length: 1 + below(6) }, (_, index) => segment(`r${index}`, attributes(), oneOf('a', 'b')));
  const [first = segment('r0'), ...more] = rows;
  const rules = Array.from({ length: below(8) }, (_, index) => {
    const base = oneOf(first, ...more).id;
    const universe = oneOf<string>('known', 'everyone', oneOf(first, ...more).id);
    return complement(segment(`c${below(100)}-${index}`, attributes(), oneOf('a', 'b')), base, universe);
  });
  const ids = rows.map(({ id }) => id);
  return { members: Object.fromEntries(KNOWN.map((id) => [id, some(ids, 40)])), segments: [...rules, ...rows] };
}

interface Question {
  readonly filter: Readonly<Record<string, readonly string[]>>;
  readonly include?: 'complements';
}

function randomQuestion(): Question {
  const names = some(Object.entries({ ...VALUES, type: ['a', 'b', 'c'] }), 25);
  const filter = names
    .map(([name, values]) => [name, some(values, 60)] as const)
    .filter(([, values]) => values.length > 0);
  return { filter: Object.fromEntries(filter), ...(below(3) === 0 && { include: 'complements' }) };
}

const without = (all: ReadonlySet<string>, some: ReadonlySet<string>) =>
  new Set([...all].filter((one) => !some.has(one)));

/** Who is in each segment, as sets of all the customers there are. */
function membersOf({ members, segments }: World): ReadonlyMap<string, ReadonlySet<string>> {
  const withRow = (id: string) => new Set(KNOWN.filter((customer) => members[customer]?.includes(id)));
  const universes: Record<string, Set<string>> = { known: new Set(KNOWN), everyone: new Set(CUSTOMERS) };
  return new Map(
    segments.map(({ id, complementOf, universe = '' }) => {
      if (complementOf === undefined) return [id, withRow(id)];
      return [id, without(universes[universe] ?? withRow(universe), withRow(complementOf))];
    }),
  );
}

/** What the service must say: the rows of the customer in their order, complements by id behind them. */
function expected(world: World, customer: string, { filter, include }: Question) {
  const who = membersOf(world);
  const fits = ({ type, attributes }: Segment) =>
    Object.entries(filter).every(([name, wanted]) =>
      wanted.includes((name === 'type' ? type : attributes[name]) ?? ''),
    );
  const wanted = include !== undefined || ['store', 'city', 'country', 'category'].some((name) => name in filter);
  const rules = world.segments.filter((one) => one.complementOf !== undefined && fits(one));
  const rows = (world.members[customer] ?? []).flatMap((id) =>
    world.segments.filter((one) => one.id === id && fits(one)),
  );
  const found = (wanted ? rules : []).filter(({ id }) => who.get(id)?.has(customer)).map(({ id }) => id);
  return {
    customerId: customer,
    known: KNOWN.includes(customer),
    complete: wanted || rules.length === 0,
    segmentIds: [...rows.map(({ id }) => id), ...found.toSorted()],
  };
}

function search({ filter, include }: Question): string {
  const asked = new URLSearchParams(include && { include });
  for (const [name, values] of Object.entries(filter)) for (const value of values) asked.append(name, value);
  return `${asked}`;
}

async function ask(target: string, body?: object) {
  const headers = { 'Content-Type': 'application/json' };
  const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fixture?.app.request(target, init);
  return JSON.parse((await response?.text()) ?? '');
}

test.each(Array.from({ length: ROUNDS }, (_, round) => round))('as sets say, round %i', async () => {
  const world = randomWorld();
  fixture = await createFixture(loadedRun(RUN, world.members, world.segments));
  for (let turn = 0; turn < 6; turn++) {
    const question = randomQuestion();
    const answers = CUSTOMERS.map((customer) => expected(world, customer, question));
    for (const answer of answers) {
      const target = `/v1/customers/${answer.customerId}/segments?${search(question)}`;
      const what = `${target} of ${JSON.stringify(world)}`;
      expect(await ask(target), what).toMatchObject(answer);
      const full = await ask(`${target}&view=full`);
      expect(full, what).toMatchObject(answer);
      expect(
        full.segments.map(({ id }: Segment) => id),
        what,
      ).toEqual(answer.segmentIds);
    }
    const { items } = await ask('/v1/lookups', { customerIds: CUSTOMERS, ...question });
    expect(items).toMatchObject(answers);
  }
  for (const [id, customers] of membersOf(world)) {
    for (const customer of CUSTOMERS) {
      const { member, known } = await ask(`/v1/customers/${customer}/segments/${id}`);
      const answer = { member: customers.has(customer), known: KNOWN.includes(customer) };
      expect({ member, known }, `${customer} in ${id} of ${JSON.stringify(world)}`).toEqual(answer);
    }
  }
});
