import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const withServers = { testTimeout: 60_000, hookTimeout: 120_000 };
/** A hundred cuts instead of ten, in files of 64 MiB and more. */
const cuts = ['packages/folder/src/resumed.folder.test.ts', 'packages/ingest/src/source/source.folder.test.ts'];

export default defineConfig({
  test: {
    // Two processes fill the two cores that a small machine has; more would only slow the real servers down.
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      project(
        'unit',
        [
          'packages/*/src/**/*.test.ts',
          'scripts/**/*.test.ts',
          'examples/**/*.test.ts',
          // Of what judges a history alone; what makes one is `npm run chaos` and test/e2e/chaos.test.ts.
          'test/chaos/**/*.test.ts',
        ],
        { exclude: ['**/*.store.test.ts', '**/*.folder.test.ts', '**/*.queue.test.ts', '**/*.redis.test.ts'] },
      ),
      project('services', ['test/services/src/**/*.test.ts']),
      project(
        'store',
        [
          'packages/store/src/**/*.store.test.ts',
          'packages/{folder,ingest}/src/**/*.folder.test.ts',
          'packages/ingest/src/**/*.queue.test.ts',
          'packages/server/src/**/*.redis.test.ts',
        ],
        withServers,
      ),
      project('contract', ['test/contract/**/*.test.ts'], withServers),
      project('e2e', ['test/e2e/**/*.test.ts'], { ...withServers, fileParallelism: false }),
      // One file at a time: a lookup has 150 ms, which the processes of another example would use up.
      project('examples', ['test/examples/**/*.test.ts'], { ...withServers, fileParallelism: false }),
      // One file at a time: its jobs load into Elasticsearch as processes.
      project('deploy', ['test/deploy/**/*.test.ts'], { ...withServers, fileParallelism: false }),
      // One file at a time: each starts the whole system.
      project('stack', ['test/long/{stack,drills}.test.ts'], { ...withServers, fileParallelism: false }),
      project('browser', ['test/browser/**/*.test.ts'], withServers),
      // Alone and one file at a time: what is measured is how long answers take.
      project('load', ['test/load/**/*.test.ts'], { ...withServers, fileParallelism: false }),
      project(
        'long',
        [
          'test/e2e/{kill,no-mixing,source-faults,store-faults}.test.ts',
          'test/contract/schemathesis.test.ts',
          'test/long/{images,spark}.test.ts',
          'packages/sdk/src/faults/faults.test.ts',
          ...cuts,
        ],
        {
          ...withServers,
          env: {
            KILL_ROUNDS: '5',
            CUTS: '100',
            PUBLISHES: '100',
            FAULT_CALLS: '10000',
            EXAMPLES: '500',
            SEED: `${Math.trunc(Date.now() / 1_000)}`,
          },
        },
      ),
    ],
  },
});

type InlineOptions = NonNullable<Extract<TestProjectConfiguration, { test?: object }>['test']>;

/** Tests run on the compiled-away TypeScript as it is; `exclude` is only for names that two projects would share. */
function project(name: string, include: string[], options: InlineOptions = {}): TestProjectConfiguration {
  const exclude = ['**/node_modules/**', '**/dist/**', ...(options.exclude ?? [])];
  return { extends: true, test: { ...options, name, include, exclude } };
}
