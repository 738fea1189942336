/** `npm run stack`: the whole system on this machine, of real processes, until Ctrl-C. */
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { usage } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { flag, integer, text } from '@segment-store/cli/option';
import { duration } from '@segment-store/cli/quantity';
import type { Facts } from '@segment-store/stack/door';
import { orMissing, stopStarted } from '@segment-store/stack/ending';
import { startStack } from '@segment-store/stack/stack';

interface Options {
  readonly portsFrom: number;
  readonly every: number;
  readonly lookupsPerSecond: number;
  readonly faults: boolean;
  readonly folder: string;
}

/** A calculation, its load and its publish have to fit in between. */
const LEAST_EVERY_MS = 10_000;

async function run({ every, ...options }: Options, { say, signal }: Context): Promise<void> {
  if (every < LEAST_EVERY_MS)
    throw usage('--every must be at least 10s: a run is loaded before the next one is calculated');
  const tell = (line: string) => say({ kind: 'result', text: line, data: {} });
  // Also what is only starting; its start fails then.
  const stopped = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => stopStarted().then(resolve, reject));
  });
  const startedAt = performance.now();
  try {
    const stack = await startStack({
      ...options,
      everyMs: every,
      onStarted: (name, { url, pid }) => tell(`  ${name.padEnd(24)}${url.padEnd(44)}process ${pid}`),
    });
    tell(introduction(await stack.facts(), (performance.now() - startedAt) / 1_000));
  } catch (error) {
    if (!signal.aborted) throw orMissing(error);
  }
  await stopped;
}

function introduction({ parts, keys, folder }: Facts, seconds: number): string {
  const url = (name: string) => parts[name]?.url;
  return [
    `Up in ${Math.round(seconds)} s. Everything of it is in ${join(folder, 'stack.json')}.`,
    '',
    `Try:  curl -H 'Authorization: Bearer ${keys.operator}' '${url('server-1')}/v1/customers/12583/segments?view=full'`,
    `      ${url('prometheus')}/targets and ${url('prometheus')}/alerts`,
    `      ${url('receiver')} has what Slack and PagerDuty would have got`,
    `      ${url('server-1')}/console`,
    `      kill -9 ${parts['server-1']?.pid} and see it there; scripts/stack.ts --help has the rest`,
    'Ctrl-C stops it.',
  ].join('\n');
}

await main({
  name: 'npm run stack --',
  version: '0.1.0',
  summary: 'The whole system on this machine, of real processes.',
  environmentPrefix: 'SEGMENT_STACK',
  commands: [
    command({
      name: '',
      summary: [
        'Two servers, ingestion and calculations on a two-node Elasticsearch, Redis, S3, SQS and Postgres; services that ask;',
        'Prometheus and Alertmanager with the files of deploy/. Real data, light traffic, until Ctrl-C.',
      ].join(' '),
      arguments: [],
      options: {
        portsFrom: integer({
          description: 'first of the ports that are taken, one after the other; 0 takes free ones',
          fallback: 18_080,
          max: 65_000,
        }),
        every: duration({
          description: 'a calculation begins this long after the one before, at least 10s',
          fallback: '3m',
        }),
        lookupsPerSecond: integer({ description: 'of all services together', fallback: 40, max: 1_000 }),
        faults: flag({ description: 'servers and jobs meet their stores through proxies that can be told to fail' }),
        folder: text({
          description: 'data, configuration and stack.json; emptied first',
          fallback: join(import.meta.dirname, '../.data/stack'),
          placeholder: '<dir>',
        }),
      },
      examples: [
        'npm run stack',
        'npm run stack -- --every 30s --lookups-per-second 200',
        'npm run stack -- --ports-from 0',
      ],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
