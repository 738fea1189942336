/** What somebody would write in a day, over the same documents: requests a second and p99, as callers ask. */
import { join } from 'node:path';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { attempt, report } from '../report.ts';
import { openArena } from './arena.ts';
import { type Block, duel } from './duel.ts';
import { startFastify } from './fastify-es.ts';
import { startOurs } from './ours.ts';
import { publish, RUN } from './population.ts';
import { CUSTOMERS } from './scale.ts';

/** A read that a busy machine makes late is not given up: the peer does not give up either. */
const PATIENT = ['--store-timeout-ms', '10000'];
const perSecond = (block: Block) => block.perSecond;

await using arena = await openArena();
const { root, load } = arena;

await attempt('vs-fastify-es', async () => {
  const service = await startElasticsearch({ heapMb: 1024 });
  try {
    const population = { customers: CUSTOMERS, segments: 1_000 };
    await publish(join(root, 'for-elasticsearch'), population, { store: service.url });
    using fastify = await startFastify(service.url, `segments-members-${RUN}`);
    const rate = { load, baseline: fastify, unit: 'requests/s', goal: 1, better: 'higher', figure: perSecond } as const;
    await using ours = await startOurs({ root, store: service.url, flags: PATIENT });
    report(await duel({ ...rate, name: 'vs-fastify-es', candidate: ours, asked: { order: 'zipf' } }));
    await using small = await startOurs({ root, store: service.url, flags: [...PATIENT, '--cache-mb', '1'] });
    report(await duel({ ...rate, name: 'vs-fastify-es-never-seen', candidate: small, asked: { order: 'each' } }));
  } finally {
    await service.stop();
  }
});
