/** What answering from the cache adds to a bare LRU: checks of id, age, epoch and floor, and an answer of its own. */
import { ratio } from '../ratio.ts';
import { report } from '../report.ts';
import { cpuNanoseconds, warm } from './warm.ts';

const { client, lru, asked } = await warm();

report(
  await ratio({
    name: 'peek-vs-lru-get',
    unit: 'ns CPU',
    goal: 1.5,
    rounds: 15,
    async candidate() {
      const started = process.cpuUsage();
      let found = 0;
      for (const id of asked) found += client.peek(id)?.segmentIds.length ?? 0;
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
