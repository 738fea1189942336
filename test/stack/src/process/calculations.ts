/** Calculates the segments of the bundled orders now and then, as a scheduler would, and announces each run as S3 would. */
import { startCommand } from '@segment-store/cli/child';
import { exampleFile, mainOf, settingsOf } from '../own-process.ts';
import { announce } from '../queue.ts';

export interface CalculationsSettings {
  /** From the start of one calculation to that of the next. */
  readonly everyMs: number;
  readonly bucket: string;
  readonly queue: string;
  readonly s3Endpoint: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `--metrics-file` of each calculation. */
  readonly figures: string;
}

const settings = settingsOf<CalculationsSettings>();
const seconds = Math.ceil(settings.everyMs / 1_000);

/** Its output is the part's log. */
async function calculate(): Promise<void> {
  const inputs = { orders: 'orders.parquet', definitions: 'definitions.json', categories: 'categories.csv' };
  const args = [
    ...Object.entries(inputs).flatMap(([name, file]) => [`--${name}`, exampleFile(file)]),
    ...['--as-of', '2011-12-10', '--expected-every', `PT${seconds}S`],
    ...['--to', `s3://${settings.bucket}/runs`, '--s3-endpoint', settings.s3Endpoint],
    ...['--metrics-file', settings.figures, '--memory-limit', '512MB', '--threads', '1'],
  ];
  const { environment } = settings;
  const { exitCode, events, stderr } = await startCommand(mainOf('compute'), ['run', ...args], { environment })
    .finished;
  const last = events.at(-1);
  process.stdout.write(`segment-compute ended with ${exitCode}: ${JSON.stringify(last)} ${stderr}\n`);
  if (exitCode !== 0 || last?.kind !== 'result') return;
  const key = `${new URL(`${last.data.folder}`).pathname.slice(1)}/manifest.json`;
  await announce(settings.queue, settings.bucket, key);
  process.stdout.write(`announced ${key}\n`);
}

const tryToCalculate = (): Promise<void> =>
  calculate().catch((error: Error) => void process.stdout.write(`${error.message}\n`));

setInterval(tryToCalculate, settings.everyMs);
await tryToCalculate();
