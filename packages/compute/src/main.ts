#!/usr/bin/env node
import { main } from '@segment-store/cli/main';
import { producer } from './producer.ts';
import { createRunCommand } from './run-command.ts';
import { createVerifyCommand } from './verify/verify-command.ts';

await main({
  ...producer,
  summary: 'Orders and definitions → a run folder of segments; and whether what is served is what the orders say',
  environmentPrefix: 'SEGMENT_COMPUTE',
  metricsPrefix: 'segment_compute',
  commands: [createRunCommand(() => new Date()), createVerifyCommand(fetch)],
});
