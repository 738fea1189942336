#!/usr/bin/env node
import cluster from 'node:cluster';
import { type Context, command } from '@segment-store/cli/command';
import { main } from '@segment-store/cli/main';
import { createCommand, listCommand, revokeCommand } from './admission/keys-command.ts';
import { options, resolveConfig, type Settings } from './config.ts';
import { serve } from './serve.ts';
import { VERSION } from './version.ts';
import { supervise } from './workers/primary.ts';
import { work } from './workers/worker.ts';

const program = () =>
  main({
    name: 'segment-server',
    version: VERSION,
    summary: 'Answers which segments a customer is in, from the live generation of a store.',
    environmentPrefix: 'SEGMENT_SERVER',
    commands: [
      command({
        name: '',
        summary: 'Serves until SIGINT or SIGTERM, then ends the requests in flight (20 s at most).',
        arguments: [],
        options,
        examples: [
          'segment-server --store embedded:./store',
          'segment-server keys create checkout --keys keys.json',
          'segment-server --store http://127.0.0.1:9200 --redis redis://127.0.0.1:6379 --keys keys.json --host 0.0.0.0',
        ],
        drainMs: 60_000, // it ends itself before: 30 s, 20 s and what closing takes
        run: ({ options: settings }, context) => run(settings, context),
      }),
      createCommand,
      revokeCommand,
      listCommand,
    ],
  });

function run(settings: Settings, context: Context): Promise<void> {
  if (settings.workers === 1) return serve(resolveConfig(settings), context);
  return supervise(settings, { ...context, main: import.meta.filename });
}

await (cluster.isWorker ? work() : program());
