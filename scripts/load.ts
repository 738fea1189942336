/** `npm run load`: load tests of a stack, or of servers that run somewhere. */
import { main } from '@segment-store/cli/main';
import { loadCommand } from './load/load-command.ts';

await main({
  name: 'npm run load --',
  version: '0.1.0',
  summary: 'Load tests of a stack, or of servers that run somewhere.',
  environmentPrefix: 'SEGMENT_LOAD',
  commands: [loadCommand],
});
