import { type AnyCommand, command } from '@segment-store/cli/command';
import { sayBegun } from '../begun.ts';
import { withExitCode } from '../exit.ts';
import { verifyOptions } from './verify-options.ts';

export const verifyCommand: AnyCommand = command({
  name: 'verify',
  summary: 'Compares the lines of a run folder with what the live generation answers. Exit 3 when something differs.',
  arguments: ['<run-folder>'],
  options: verifyOptions,
  examples: [
    'segment-ingest verify runs/20260131t040000z --store embedded:./store',
    'segment-ingest verify s3://bucket/runs/20260131t040000z --store http://localhost:9200 --sample 10000',
  ],
  run({ args: [folder = ''], options }, context) {
    sayBegun(folder, context);
    return withExitCode(context.signal, async () => {
      const { verifyRun } = await import('./verify-run.ts');
      return verifyRun(folder, { options, context });
    });
  },
});
