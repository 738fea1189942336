#!/usr/bin/env node
import { main } from '@segment-store/cli/command';
import { generationsCommand, removeCommand, rollbackCommand, unholdCommand } from './commands/generations.ts';
import { loadCommand, publishCommand } from './commands/load.ts';

await main({
  name: 'segment-ingest',
  version: '0.1.0',
  summary: 'Loads run folders into a store: each run becomes one generation, published whole or not at all.',
  environmentPrefix: 'SEGMENT_INGEST',
  commands: [loadCommand, publishCommand, rollbackCommand, unholdCommand, generationsCommand, removeCommand],
});
