import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Comparator } from './comparator.ts';
import { recordedIn } from './gor.ts';
import type { Mirrored } from './mirror.ts';
import { fromMiddleware } from './sources.ts';
import { emptyTally } from './tally.ts';

const END = '\n🐵🙈🙉\n';
const request = '1 abc 1700000000123000000 0\nPOST /v1/lookups HTTP/1.1\r\nHost: é\r\n\r\n{"customerIds":["é"]}';
const answer = '2 abc 1700000000124000000 9\nHTTP/1.1 200 OK\r\n\r\nGET /v1/customers/c1/segments HTTP/1.1\r\n\r\n';
const found = { method: 'POST', target: '/v1/lookups', body: '{"customerIds":["é"]}', at: 1_700_000_000_123 };

async function read(text: string, chunk: number) {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  );
  return Array.fromAsync(recordedIn(Readable.from(chunks)));
}

test.each([1, 3, 7, 1_000])('requests are found in pieces of %i bytes, answers are none', async (chunk) => {
  const text = request + END + answer + END + request;
  expect(await read(text, chunk)).toEqual([found, found]);
});

test.each(['{}', `9 x 1 0\nGET / HTTP/1.1\r\n\r\n${END}`, 'x'.repeat(1_100_000)])(
  '%.20s is no recording',
  async (text) => {
    await expect(read(text, 100_000)).rejects.toThrow(/GoReplay/);
  },
);

test('lines of the middleware go on as they came, and requests among them are taken', async () => {
  const lines = [request, answer].map((payload) => Buffer.from(payload).toString('hex'));
  const taken: Mirrored[] = [];
  const [written, troubles]: [string[], string[]] = [[], []];
  const comparator: Comparator = {
    tally: emptyTally,
    take: (mirrored) => taken.push(mirrored),
    takeInTurn: () => Promise.reject(new Error('nobody waits')),
    settled: async () => {},
  };
  const stdin = Readable.from([`${lines[0]}\n`, `${lines[1]}\nzz\n`]);
  const source = fromMiddleware(stdin, { write: (text) => written.push(text) }, (text) => troubles.push(text));
  await source(comparator, new AbortController().signal);
  expect(taken).toMatchObject([found]);
  expect(written.join('')).toBe(`${lines[0]}\n${lines[1]}\nzz\n`);
  expect(troubles).toEqual([expect.stringContaining('GoReplay')]);
});
