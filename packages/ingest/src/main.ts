#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { main } from '@segment-store/cli/main';

// What a load makes lives as long as a bulk and points to large buffers. In the young generation as it grows by itself,
// up to 100 MB, those buffers wait for a collection for seconds; in one that stays at 1 MB they hardly wait at all.
setFlagsFromString('--semi-space-growth-factor=1');

const [load, generations] = [() => import('./commands/load.ts'), () => import('./commands/generations.ts')];

await main({
  name: 'segment-ingest',
  version: '0.1.0',
  summary: 'Loads run folders into a store: each run becomes one generation, published whole or not at all.',
  examples: [
    'segment-ingest plan s3://bucket/runs/20260131t040000z --store http://localhost:9200     # writes nothing',
    'segment-ingest load s3://bucket/runs/20260131t040000z --store http://localhost:9200     # load, verify, publish',
    'segment-ingest verify s3://bucket/runs/20260131t040000z --store http://localhost:9200   # every line, once more',
    'segment-ingest rollback --store http://localhost:9200    # the one before is live again, publishing is on hold',
    'segment-ingest unhold --store http://localhost:9200      # publishing may go on',
  ],
  environmentPrefix: 'SEGMENT_INGEST',
  metricsPrefix: 'segment_ingest',
  commands: [
    { name: 'load', summary: 'A run folder becomes the live generation', load: async () => (await load()).loadCommand },
    {
      name: 'watch',
      summary: 'Runs become live as a queue announces them',
      load: async () => (await import('./commands/watch.ts')).watchCommand,
    },
    {
      name: 'publish',
      summary: 'A run that is loaded becomes the live generation',
      load: async () => (await load()).publishCommand,
    },
    {
      name: 'plan',
      summary: 'What a load would do; writes nothing',
      load: async () => (await import('./commands/plan.ts')).planCommand,
    },
    {
      name: 'verify',
      summary: 'Source lines against the live generation',
      load: async () => (await import('./commands/verify.ts')).verifyCommand,
    },
    {
      name: 'dead-letters',
      summary: 'The rejected lines of a run',
      load: async () => (await import('./commands/dead-letters.ts')).deadLettersCommand,
    },
    {
      name: 'status',
      summary: 'How far a run is',
      load: async () => (await import('./commands/builds.ts')).statusCommand,
    },
    {
      name: 'abort',
      summary: 'Gives up a build that was never published',
      load: async () => (await import('./commands/builds.ts')).abortCommand,
    },
    {
      name: 'erase',
      summary: 'Erases customers from the store',
      load: async () => (await import('./commands/erase.ts')).eraseCommand,
    },
    {
      name: 'rollback',
      summary: 'The generation before becomes live again',
      load: async () => (await generations()).rollbackCommand,
    },
    {
      name: 'unhold',
      summary: 'Publishing may go on after a rollback',
      load: async () => (await generations()).unholdCommand,
    },
    {
      name: 'generations',
      summary: 'The generations of a store',
      load: async () => (await generations()).generationsCommand,
    },
    {
      name: 'remove',
      summary: 'Removes a generation that is not live',
      load: async () => (await generations()).removeCommand,
    },
  ],
});
