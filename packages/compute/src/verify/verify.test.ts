/** The bundled orders, whole: what is served is what the orders say, and where it is not, it is named. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AnyCommand } from '@segment-store/cli/command';
import type { CommandEvent } from '@segment-store/cli/event';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Scratch, scratchDirectory } from '../order-lines.fixture.ts';
import { createRunCommand } from '../run-command.ts';
import { readRun } from '../run-folder.fixture.ts';
import { badVerifies } from './verify.bad-input.cases.ts';
import { createVerifyCommand } from './verify-command.ts';

vi.setConfig({ testTimeout: 60_000 }); // each test reads the file

const example = join(import.meta.dirname, '../../../../examples/online-retail');
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
  await run(
    createRunCommand(() => new Date()),
    { ...inputs, to: scratch.path, run: RUN },
  );
  const found = await readRun(join(scratch.path, RUN));
  members = new Map(found.members.map(({ customerId, segmentIds }) => [customerId, segmentIds]));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  service.close();
  await scratch[Symbol.asyncDispose]();
});

/** What the command says; rejects as it ends. */
async function run(
  command: AnyCommand,
  flags: Readonly<Record<string, string>>,
  said: CommandEvent[] = [],
): Promise<readonly CommandEvent[]> {
  const { signal } = new AbortController();
  const input = { args: [], flags, environmentPrefix: 'SEGMENT_COMPUTE_TEST' };
  await command.run(input, { say: (event) => void said.push(event), signal });
  return said;
}

const address = (): string => {
  const at = service.address();
  return `http://127.0.0.1:${typeof at === 'object' ? at?.port : at}`;
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, path = ''] = /^(.*)\/v1\/lookups$/.exec(request.url ?? '') ?? [];
  const status = { '': 200, '/closed': 401, '/broken': 503 }[path] ?? 404;
  const { customerIds }: { readonly customerIds: readonly string[] } = JSON.parse(await text(request));
  const items = customerIds.map((customerId) => {
    const segmentIds = wrong.has(customerId) ? wrong.get(customerId) : members.get(customerId);
    return { status: 200, customerId, known: segmentIds !== undefined, generation: RUN, segmentIds: segmentIds ?? [] };
  });
  response.writeHead(status).end(JSON.stringify({ items }));
}

function verify(flags: Readonly<Record<string, string>> = {}, said: CommandEvent[] = []) {
  return run(createVerifyCommand(fetch), { ...inputs, server: address(), ...flags }, said);
}

const resultOf = (said: readonly CommandEvent[]) => said.find((event) => event.kind === 'result');

test('every customer, by another way, is in the segments that were calculated', async () => {
  const result = resultOf(await verify({ sample: '100' }));
  expect(result?.text).toMatch(/memberships of \d+ segments in both, 0 differences/);
  expect(result?.data).toMatchObject({ customers: 4_372, generations: [RUN], unknown: [], unexpected: [] });
});

test('a sample is the same customers each time, and about as many as were asked for', async () => {
  const [once, again] = [await verify({ sample: '5' }), await verify({ sample: '5' })].map(
    (said) => resultOf(said)?.data.customers,
  );
  expect(once).toBe(again);
  expect(Math.abs(Number(once) - 4_372 * 0.05)).toBeLessThan(50);
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
    const said: CommandEvent[] = [];
    const verifying = verify({ customers: [left, added, gone, 'nobody'].join(',') }, said);
    await expect(verifying).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('differences') });
    const result = resultOf(said);
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
  const verifying = verify(given);
  await expect(verifying).rejects.toMatchObject({ name: 'CommandError', exitCode });
  for (const name of names) await expect(verifying).rejects.toThrowError(name);
});
