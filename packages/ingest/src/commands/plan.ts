import { type AnyCommand, command } from '@segment-store/cli/command';
import { sayBegun } from '../begun.ts';
import { withExitCode } from '../exit.ts';
import { planOptions } from './plan-options.ts';

export const planCommand: AnyCommand = command({
  name: 'plan',
  summary: 'Says what a load would do, from the manifest, the catalogue and 1 % of every part. Writes nothing.',
  arguments: ['<run-folder>'],
  options: planOptions,
  examples: [
    'segment-ingest plan runs/20260131t040000z --store embedded:./store',
    'segment-ingest plan s3://bucket/runs/20260131t040000z --store http://localhost:9200 --rows-per-second 80000',
  ],
  run({ args: [folder = ''], options }, context) {
    sayBegun(folder, context);
    return withExitCode(context.signal, async () => (await import('./plan-run.ts')).plan(folder, { options, context }));
  },
});
