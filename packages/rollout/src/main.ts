#!/usr/bin/env node
import { main } from '@segment-store/cli/main';

await main({
  name: 'segment-rollout',
  version: '0.1.0',
  summary:
    'Compares a candidate with what answers now, opens something step by step, and says what an experiment found.',
  examples: [
    'segment-rollout shadow --candidate http://new:8080 --control-a http://a:8080 --control-b http://b:8080 --file day.gor',
    'segment-rollout run new-checkout --server http://localhost:8080 --prometheus http://localhost:9090',
    'segment-rollout read-out win-back --exposures exposures.ndjson --outcomes orders.ndjson',
  ],
  environmentPrefix: 'SEGMENT_ROLLOUT',
  metricsPrefix: 'segment_rollout',
  commands: [
    {
      name: 'shadow',
      summary: 'A candidate against two controls, by mirrored requests',
      load: async () => (await import('./shadow-command.ts')).shadowCommand,
    },
    {
      name: 'put',
      summary: 'Writes the ladder of a rollout',
      load: async () => (await import('./put-command.ts')).putCommand,
    },
    {
      name: 'step',
      summary: 'Signs off, advances, halts, resumes or rolls back by hand',
      load: async () => (await import('./step-command.ts')).stepCommand,
    },
    {
      name: 'run',
      summary: 'Climbs the ladder of a rollout, halts and rolls back',
      load: async () => (await import('./run-command.ts')).runCommand,
    },
    {
      name: 'read-out',
      summary: 'What an experiment found, from exposures and outcomes',
      load: async () => (await import('./read-out-command.ts')).readOutCommand,
    },
  ],
});
