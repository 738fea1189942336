/** Heap that answering from the cache takes: at most the one object that is the answer. */
import { fork } from 'node:child_process';
import type { Lookup } from '@segment-store/sdk';
import { median, toRow, withFigures } from '../ratio.ts';
import { report } from '../report.ts';
import { warm } from './warm.ts';

/** So much room for new objects that nothing is collected while it is counted; and a collection whenever it is asked for. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
const READS = 50_000;
const ROUNDS = 9;
/** Until everything is compiled. */
const WARM_UP = 4;

if (process.execArgv.includes('--expose-gc')) await measure();
else
  fork(import.meta.filename, process.argv.slice(2), { execArgv: FLAGS }).once('close', (code) => {
    process.exitCode = code ?? 1;
  });

async function measure(): Promise<void> {
  process.stderr.write('  peek-allocates-vs-one-answer …\n');
  const { client, asked } = await warm();
  const ids = asked.slice(0, READS);
  const kept: (Lookup | object | undefined)[] = ids.map(() => undefined);
  const known = ids.map((id) => client.peek(id));
  const all = { peek: [] as number[], copy: [] as number[], lookup: [] as number[], awaited: [] as number[] };
  const ways = {
    peek: (at: number) => client.peek(ids[at] ?? ''),
    copy: (at: number) => copyOf(known[at]),
    lookup: (at: number) => client.lookup(ids[at] ?? ''),
    awaited: (at: number) => Promise.resolve(copyOf(known[at])),
  };
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const bytes = {
      peek: bytesOf(kept, ways.peek),
      copy: bytesOf(kept, ways.copy),
      lookup: await bytesOfAwaited(kept, ways.lookup),
      awaited: await bytesOfAwaited(kept, ways.awaited),
    };
    if (round < 0) continue;
    for (const way of ['peek', 'copy', 'lookup', 'awaited'] as const) all[way].push(bytes[way]);
  }
  const [peek, object] = [median(all.peek), median(all.copy)];
  const contest = { name: 'peek-allocates-vs-one-answer', unit: 'bytes', goal: 1 };
  const row = toRow(contest, { value: peek, baseline: object, ratio: peek / object });
  report(withFigures(row, { awaitedLookup: median(all.lookup), awaitedPromiseOfOneAnswer: median(all.awaited) }));
}

/** An object with the fields of an answer, and nothing else. */
function copyOf(answer: Lookup | undefined): object {
  if (!answer?.ok) throw new Error('a customer is not known');
  const { ok, servedFrom, ageMs, segmentIds, known, complete, generation, computedAt } = answer;
  return { ok, servedFrom, ageMs, segmentIds, known, complete, generation, computedAt };
}

function bytesOf(kept: (object | undefined)[], read: (at: number) => object | undefined): number {
  kept.fill(undefined);
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < READS; at += 1) kept[at] = read(at);
  return (process.memoryUsage().heapUsed - before) / READS;
}

async function bytesOfAwaited(kept: (object | undefined)[], read: (at: number) => Promise<object>): Promise<number> {
  kept.fill(undefined);
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < READS; at += 1) kept[at] = await read(at);
  return (process.memoryUsage().heapUsed - before) / READS;
}
