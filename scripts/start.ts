/** `npm start`: the whole path on embedded defaults, by the three commands themselves, and three lookups by the SDK. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, startCommand } from '@segment-store/cli/child';
import { type Context, command } from '@segment-store/cli/command';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { flag, integer, text } from '@segment-store/cli/option';
import { createSegmentClient, type Lookup } from '@segment-store/sdk';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples/online-retail');
const AS_OF = '2011-12-10';
/** Two customers of the bundled orders, and one who never ordered. */
const CUSTOMERS = ['12583', '14646', '99999'];

interface Options {
  readonly port: number;
  readonly once: boolean;
  readonly data: string;
}

async function start({ port, once, data }: Options, context: Context): Promise<void> {
  const store = `embedded:${join(data, 'store')}`;
  await prepare(data, store, context);
  const server = startCommand(mainOf('server'), ['--store', store, '--port', `${port}`]);
  const stop = () => server.process.kill('SIGTERM');
  context.signal.addEventListener('abort', stop);
  const serving = server.until((event) => event.kind === 'stage' && event.stage === 'serving');
  const introduced = serving.then(async () => {
    await introduce(`${resultOf(await server.until(isResult)).url}`, once, context);
    if (once) stop();
  });
  succeed('server', await server.finished);
  await introduced.catch(() => 'stopped before it served');
}

/** Calculates and loads, unless what is live was calculated from these very inputs. */
async function prepare(data: string, store: string, context: Context): Promise<void> {
  const stamp = join(data, 'inputs.sha256');
  const inputs = fingerprint();
  if (existsSync(join(data, 'store')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) {
    return tell(context, 'Calculated and loaded before: orders and definitions have not changed since');
  }
  mkdirSync(data, { recursive: true });
  rmSync(stamp, { force: true });
  const files = ['orders', 'definitions', 'categories'].flatMap((name) => [`--${name}`, inputOf(name)]);
  const { folder } = await job('compute', ['run', ...files, '--as-of', AS_OF, '--to', join(data, 'runs')], context);
  await job('ingest', ['load', `${folder}`, '--store', store], context);
  writeFileSync(stamp, inputs);
}

const inputOf = (name: string): string =>
  join(example, { orders: 'orders.parquet', categories: 'categories.csv' }[name] ?? `${name}.json`);

function fingerprint(): string {
  const hash = createHash('sha256').update(AS_OF);
  for (const name of ['orders', 'definitions', 'categories']) hash.update(readFileSync(inputOf(name)));
  return hash.digest('hex');
}

/** Runs a command of ours to its end and shows its result. */
async function job(
  name: string,
  args: readonly string[],
  context: Context,
): Promise<Readonly<Record<string, unknown>>> {
  const child = startCommand(mainOf(name), args);
  context.signal.addEventListener('abort', () => child.process.kill('SIGTERM'));
  const finished = await child.finished;
  succeed(name, finished);
  const result = finished.events.find(isResult);
  tell(context, `segment-${name} ${args[0]}\n  ${result?.text.replaceAll('\n', '\n  ')}`);
  return resultOf(result);
}

async function introduce(url: string, once: boolean, context: Context): Promise<void> {
  const client = createSegmentClient({ baseUrl: url });
  await client.ready(); // the first connection of a process that has just started may take longer than a lookup may
  tell(context, `segment-server on ${url}`);
  for (const id of CUSTOMERS) tell(context, `  customer ${id}: ${describe(await client.lookup(id))}`);
  await client.close();
  if (once) return;
  const lines = [
    `\nTry:  curl '${url}/v1/customers/${CUSTOMERS[0]}/segments?view=full'`,
    `      import { createSegmentClient } from '@segment-store/sdk';`,
    `      const segments = createSegmentClient({ baseUrl: '${url}' });`,
    `      console.log(await segments.lookup('${CUSTOMERS[0]}'));`,
    'Ctrl-C stops it.',
  ];
  tell(context, lines.join('\n'));
}

function describe(lookup: Lookup): string {
  if (!lookup.ok) return `could not find out (${lookup.error.code})`;
  if (!lookup.known) return 'never seen, in no segment';
  return `in ${lookup.segmentIds.length} segments, ${lookup.segmentIds.slice(0, 2).join(', ')}, …`;
}

/** Ends as the child ended, with its words. */
function succeed(name: string, { exitCode: code, events, stderr }: Finished): void {
  if (code === exitCode.done) return;
  const error = events.findLast((event) => event.kind === 'error');
  const known = Object.values(exitCode).find((each) => each === code) ?? exitCode.failed;
  throw new CommandError(known, `segment-${name}: ${error?.text ?? stderr}`);
}

const mainOf = (name: string): string => join(root, 'packages', name, 'src/main.ts');
const isResult = (event: CommandEvent): event is Extract<CommandEvent, { kind: 'result' }> => event.kind === 'result';
const tell = ({ say }: Context, line: string): void => say({ kind: 'result', text: line, data: {} });

function resultOf(event: CommandEvent | undefined): Readonly<Record<string, unknown>> {
  return event !== undefined && isResult(event) ? event.data : {};
}

await main({
  name: 'npm start --',
  version: '0.1.0',
  summary: 'Orders in, segments out, on this machine alone.',
  environmentPrefix: 'SEGMENT_START',
  commands: [
    command({
      name: '',
      summary: 'Calculates segments of the bundled orders, loads, serves and looks three customers up.',
      arguments: [],
      drainMs: 30_000, // the server's own is shorter
      options: {
        port: integer({ description: 'port to serve on; 0 takes a free one', fallback: 8080, max: 65_535 }),
        once: flag({ description: 'end after the lookups' }),
        data: text({
          description: 'where runs and store are kept',
          fallback: join(root, '.data'),
          placeholder: '<dir>',
        }),
      },
      examples: ['npm start', 'npm start -- --once', 'npm start -- --port 9000'],
      run: ({ options }, context) => start(options, context),
    }),
  ],
});
