/** The bundled orders, whole: what is served is what the orders say, and where it is not, it is named. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { startCommand } from '@segment-store/cli/child';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Scratch, scratchDirectory } from '../order-lines.fixture.ts';
import { readRun } from '../run-folder.fixture.ts';
import { badVerifies } from './verify.bad-input.cases.ts';

vi.setConfig({ testTimeout: 60_000 }); // each test is a process that reads the file

const example = join(import.meta.dirname, '../../../../examples/online-retail');
const main = join(import.meta.dirname, '../main.ts');
const inputs = {
  orders: join(example, 'orders.parquet'),
  definitions: join(example, 'definitions.json'),
  categories: join(example, 'categories.csv'),
  asOf: '2011-12-10',
};
const RUN = '20260201t030405z';

let scratch: Scratch;
/** What the calculation found, by customer. */
let members: ReadonlyMap<string, readonly string[]>;
/** What is answered instead. */
let wrong = new Map<string, readonly string[] | undefined>();
const service = createServer((request, response) => void answer(request, response));

beforeAll(async () => {
  scratch = await scratchDirectory();
  const { exitCode } = await compute('run', { ...inputs, to: scratch.path, run: RUN });
  expect(exitCode).toBe(0);
  const run = await readRun(join(scratch.path, RUN));
  members = new Map(run.members.map(({ customerId, segmentIds }) => [customerId, segmentIds]));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  service.close();
  await scratch[Symbol.asyncDispose]();
});

function compute(command: 'run' | 'verify', flags: Readonly<Record<string, string>>) {
  const args = Object.entries(flags).flatMap(([name, value]) => [
    `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
  return startCommand(main, [command, ...args]).finished;
}

const address = (): string => {
  const { port } = service.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, path = ''] = /^(.*)\/v1\/lookups$/.exec(request.url ?? '') ?? [];
  const status = { '': 200, '/closed': 401, '/broken': 503 }[path] ?? 404;
  const { customerIds } = (await json(request)) as { readonly customerIds: readonly string[] };
  const items = customerIds.map((customerId) => {
    const segmentIds = wrong.has(customerId) ? wrong.get(customerId) : members.get(customerId);
    return { status: 200, customerId, known: segmentIds !== undefined, generation: RUN, segmentIds: segmentIds ?? [] };
  });
  response.writeHead(status).end(JSON.stringify({ items }));
}

async function verify(flags: Readonly<Record<string, string>> = {}) {
  const { exitCode, events } = await compute('verify', { ...inputs, server: address(), ...flags });
  return { exitCode, result: events.find((event) => event.kind === 'result'), last: events.at(-1) };
}

test('every customer, by another way, is in the segments that were calculated', async () => {
  const { exitCode, result } = await verify({ sample: '100' });
  expect([exitCode, result?.text]).toMatchObject([
    0,
    expect.stringMatching(/memberships of \d+ segments in both, 0 differences/),
  ]);
  expect(result?.data).toMatchObject({ customers: 4_372, generations: [RUN], unknown: [], unexpected: [] });
});

test('a sample is the same customers each time, and about as many as were asked for', async () => {
  const counts = [await verify({ sample: '5' }), await verify({ sample: '5' })].map(
    ({ result }) => result?.data.customers,
  );
  expect(counts[0]).toBe(counts[1]);
  expect(Math.abs(Number(counts[0]) - 4_372 * 0.05)).toBeLessThan(50);
});

test('who is in one only is named, by segment', async () => {
  const [left = '', added = '', gone = ''] = [...members].filter(([, ids]) => ids.length > 2).map(([id]) => id);
  const [dropped = ''] = members.get(left) ?? [];
  wrong = new Map([
    [left, members.get(left)?.slice(1)],
    [added, [...(members.get(added) ?? []), 'new-customers:country:Atlantis', 'somebody-elses:thing:x']],
    [gone, undefined],
  ]);
  try {
    const { exitCode, result, last } = await verify({ customers: [left, added, gone, 'nobody'].join(',') });
    expect([exitCode, last]).toMatchObject([3, { kind: 'error', text: expect.stringContaining('differences') }]);
    expect(result?.text).toContain(`${dropped}: `);
    expect(result?.text).toMatch(
      new RegExp(
        `new-customers:country:Atlantis: 0 in both, 0 only by the orders, 1 only served\\n +only served: ${added}`,
      ),
    );
    expect(result?.text).toContain(`never seen by the service: ${gone}`);
    expect(result?.text).not.toContain('somebody-elses');
    expect(result?.data.segments).toContainEqual(
      expect.objectContaining({ segment: dropped, onlyOrders: expect.arrayContaining([left]) }),
    );
  } finally {
    wrong = new Map();
  }
});

test.for(badVerifies)('$title', async ({ flags, exitCode, names }) => {
  const given = flags.server === undefined ? flags : { ...flags, server: flags.server.replace('@', address()) };
  const { exitCode: ended, last } = await verify(given);
  expect([ended, last?.kind]).toEqual([exitCode, 'error']);
  for (const name of names) expect(last && 'text' in last && last.text).toContain(name);
});
