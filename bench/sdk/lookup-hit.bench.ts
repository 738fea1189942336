/** An awaited lookup that the cache answers. A bare `await` alone costs more than the LRU's get. */
import { ratio } from '../ratio.ts';
import { report } from '../report.ts';
import { cpuNanoseconds, warm } from './warm.ts';

const { client, lru, asked } = await warm();

report(
  await ratio({
    name: 'lookup-hit-vs-lru-get',
    unit: 'ns CPU',
    goal: 5, // 1.3 µs, where a get took 0.26 µs
    rounds: 15,
    async candidate() {
      const started = process.cpuUsage();
      let found = 0;
      for (const id of asked) found += (await client.lookup(id)).segmentIds.length;
      return found === 5 * asked.length ? cpuNanoseconds(started, asked.length) : Number.NaN;
    },
    async baseline() {
      const started = process.cpuUsage();
      let found = 0;
      for (const id of asked) found += lru.get(id)?.segmentIds.length ?? 0;
      return found === 5 * asked.length ? cpuNanoseconds(started, asked.length) : Number.NaN;
    },
  }),
);
