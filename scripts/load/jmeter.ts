/** JMeter with `deploy/load/segments.jmx`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jmeterCommand } from '@segment-store/services/jmeter';
import { ended } from './ended.ts';
import { type Planned, secondsOf } from './planned.ts';
import { callerOf, type Sample } from './sample.ts';
import { type Load, PATIENCE_SECONDS, type Tool } from './tool.ts';

export const PLAN: string = join(import.meta.dirname, '../../deploy/load/segments.jmx');
/** Before the first request: JMeter reads its plan, and what is late by then is not late any more. */
const SETTLE_SECONDS = 2;
/** From the start of Java to the end, beside the schedule. */
const MARGIN_MS = 60_000;

const FILES = { customers: 'customers.csv', properties: 'load.properties', results: 'results.csv', log: 'jmeter.log' };
/** Nothing that may hold a comma. */
const UNTOLD = [
  ...['response_message', 'thread_name', 'data_type', 'successful', 'assertion_results_failure_message', 'bytes'],
  ...['sent_bytes', 'thread_counts', 'url', 'latency', 'idle_time', 'connect_time'],
];

export const jmeter: Tool = {
  async prepare() {
    await jmeterCommand([]);
  },
  ask: (load) =>
    ended({
      name: 'jmeter',
      withinMs: (secondsOf(load.phases) + SETTLE_SECONDS + PATIENCE_SECONDS) * 1_000 + MARGIN_MS,
      command: (folder) => prepared(load, folder),
      async read(folder) {
        const text = await readFile(join(folder, FILES.results), 'utf8');
        return byPhase(readResults(text), load.phases);
      },
    }),
};

async function prepared(load: Load, folder: string) {
  await writeInputs(load, folder);
  return jmeterCommand(argumentsIn(folder));
}

/** After `jmeter` on a command line. */
function argumentsIn(folder: string): readonly string[] {
  const at = (name: string) => join(folder, name);
  return ['-n', '-t', PLAN, '-q', at(FILES.properties), '-l', at(FILES.results), '-j', at(FILES.log)];
}

/** For this user alone: keys are among them. */
export async function writeInputs(load: Load, folder: string): Promise<void> {
  const { asked, keys, url } = load;
  const customers = join(folder, FILES.customers);
  await writeFile(customers, asked.map(({ customer, caller }) => `${customer},${caller}\n`).join(''));
  const properties = {
    target: url,
    customers,
    schedule: toSchedule(load.phases),
    'key.usual': keys.usual,
    'key.abusive': keys.abusive,
    'jmeterengine.nongui.port': '0',
    // Threads of the open-model group rest for a minute, and Java with them.
    'jmeterengine.force.system.exit': 'true',
    'jmeter.save.saveservice.output_format': 'csv',
    'jmeter.save.saveservice.timestamp_format': 'ms',
    'jmeter.save.saveservice.print_field_names': 'true',
    'sampleresult.timestamp.start': 'true',
    ...Object.fromEntries(UNTOLD.map((name) => [`jmeter.save.saveservice.${name}`, 'false'])),
  };
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, FILES.properties), lines.join(''), { mode: 0o600 });
}

/**
 * In the words of the open-model thread group. A rate before a phase and the same behind it: otherwise it would lead over
 * to the next. Half a request more than there are: JMeter rounds down. What has no answer at the end would be cut off.
 */
export function toSchedule(phases: readonly Planned[]): string {
  const steps = phases.map(({ perSecond, requests }) => {
    const rate = `rate(${perSecond}/s)`;
    return `${rate} even_arrivals(${((requests + 0.5) / perSecond).toFixed(6)} s) ${rate}`;
  });
  return [`pause(${SETTLE_SECONDS} s)`, ...steps, `pause(${PATIENCE_SECONDS} s)`].join(' ');
}

/** In order of sending. @throws Error for a file that is none of ours */
export function readResults(text: string): readonly Sample[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const columns = ['timeStamp', 'elapsed', 'label', 'responseCode'].map((name) => head.split(',').indexOf(name));
  if (columns.includes(-1)) throw new Error(`JMeter's results begin with ${JSON.stringify(head.slice(0, 200))}`);
  const samples = lines.map((line) => {
    const cells = line.split(',');
    const [sentAt, took, caller, status] = columns.map((column) => cells[column] ?? '');
    return {
      sentAtMs: Number(sentAt),
      tookMs: Number(took),
      status: /^\d{3}$/.test(status ?? '') ? Number(status) : 0,
      caller: callerOf(caller ?? ''),
    };
  });
  return samples.toSorted((one, other) => one.sentAtMs - other.sentAtMs);
}

/** JMeter does not say which arrival a request was: they are sent in the order in which they are due. */
export function byPhase(samples: readonly Sample[], phases: readonly Planned[]): readonly (readonly Sample[])[] {
  let from = 0;
  return phases.map(({ requests }, index) => {
    const to = index === phases.length - 1 ? samples.length : from + requests;
    const these = samples.slice(from, to);
    from = to;
    return these;
  });
}
