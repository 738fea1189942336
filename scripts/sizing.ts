/** `npm run sizing`: what this machine can do, into the pages about load and sizing. */
import { main } from '@segment-store/cli/main';
import { sizingCommand } from './sizing/sizing-command.ts';

await main({
  name: 'npm run sizing --',
  version: '0.1.0',
  summary: 'What this machine can do, into the pages about load and sizing.',
  environmentPrefix: 'SEGMENT_SIZING',
  commands: [sizingCommand],
});
