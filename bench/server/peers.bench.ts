/** What somebody would take or write instead: requests a second and p99, as callers ask. */
import { join } from 'node:path';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startPostgres } from '@segment-store/services/postgres';
import { withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { against } from './against.ts';
import { keepAnswers } from './answers.ts';
import { openArena } from './arena.ts';
import { startBare } from './bare.ts';
import { ask, type Block } from './duel.ts';
import { startFastify } from './fastify-es.ts';
import { startOurs } from './ours.ts';
import { publish, RUN } from './population.ts';
import { CUSTOMERS, scale } from './scale.ts';
import { startUnleash } from './unleash.ts';

/** A read that a busy machine makes late is not given up: the peer does not give up either. */
const PATIENT = ['--store-timeout-ms', '10000'];
const LARGE = ['--cache-mb', '256'];
const ONE_FLAG = { flags: 1, members: 100 };
/** With the one before it, a tenth of what ours knows: each customer in one segment of 100, not in five of 1,000. */
const MANY_FLAGS = { flags: 99, members: 1_000 };
const MUCH_SLOWER = 10;

await using arena = await openArena();
const { root, store, load } = arena;
const rate = {
  load,
  unit: 'requests/s',
  goal: 1,
  better: 'higher',
  figure: (block: Block) => block.perSecond,
} as const;

await attempt('vs-unleash', async () => {
  await using postgres = await startPostgres();
  await using unleash = await startUnleash(postgres.url);
  await unleash.make(ONE_FLAG);
  await using ours = await startOurs({ root, store, flags: LARGE });
  using http = await startBare('node-http', await keepAnswers(ours, root));
  const row = await against({ ...rate, name: 'vs-unleash', candidate: ours, baseline: unleash });
  const bare = await ask(load, http);
  await unleash.make(MANY_FLAGS);
  const many = await ask(load, unleash, { requests: scale.slowRequests / MUCH_SLOWER });
  const figures = {
    nodeHttpPerSecond: bare.perSecond,
    nodeHttpP99Ms: bare.p99,
    hundredFlagsPerSecond: many.perSecond,
    hundredFlagsP99Ms: many.p99,
  };
  report(withFigures(row, { ...row.beside, ...figures }));
});

await attempt('vs-fastify-es', async () => {
  const service = await startElasticsearch({ heapMb: 1024 });
  try {
    const population = { customers: CUSTOMERS, segments: 1_000 };
    await publish(join(root, 'for-elasticsearch'), population, { store: service.url });
    using fastify = await startFastify(service.url, `segments-members-${RUN}`);
    const contest = { ...rate, baseline: fastify };
    await using ours = await startOurs({ root, store: service.url, flags: PATIENT });
    report(await against({ ...contest, name: 'vs-fastify-es', candidate: ours }));
    await using small = await startOurs({ root, store: service.url, flags: [...PATIENT, '--cache-mb', '1'] });
    report(await against({ ...contest, name: 'vs-fastify-es-never-seen', candidate: small, asked: { order: 'each' } }));
  } finally {
    await service.stop();
  }
});
