#!/usr/bin/env node
import { main } from '@segment-store/cli/main';
import { producer } from './producer.ts';
import { createRunCommand } from './run-command.ts';

await main({
  ...producer,
  summary: 'Orders and definitions → a run folder of segments',
  environmentPrefix: 'SEGMENT_COMPUTE',
  metricsPrefix: 'segment_compute',
  commands: [createRunCommand(() => new Date())],
});
