/** vegeta: an attack a phase, as its command line knows constant rates only. */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '@segment-store/services/tool';
import { vegeta as findVegeta } from '@segment-store/services/vegeta';
import type { Asked } from './asked.ts';
import { ended } from './ended.ts';
import type { Planned } from './planned.ts';
import { callerOf, type Sample } from './sample.ts';
import { type Load, PATIENCE_SECONDS, type Tool } from './tool.ts';

const MARGIN_MS = 30_000;
const FILES = { targets: 'targets.http', results: 'results.bin', table: 'results.csv' };

export const vegeta: Tool = {
  async prepare() {
    await findVegeta();
  },
  async ask(load) {
    const program = await findVegeta();
    const all: (readonly Sample[])[] = [];
    let from = 0;
    for (const phase of load.phases) {
      const asked = load.asked.slice(from, from + phase.requests);
      from += phase.requests;
      all.push(await attack(program, phase, toTargets(asked, load)));
    }
    return all;
  },
};

function attack(program: string, phase: Planned, targets: string): Promise<readonly Sample[]> {
  return ended({
    name: 'vegeta',
    withinMs: (phase.requests / phase.perSecond + PATIENCE_SECONDS) * 1_000 + MARGIN_MS,
    async command(folder) {
      // Keys are in it: for this user alone.
      await writeFile(join(folder, FILES.targets), targets, { mode: 0o600 });
      return { command: program, args: argumentsIn(folder, phase) };
    },
    async read(folder) {
      const table = join(folder, FILES.table);
      await run(program, ['encode', '-to=csv', `-output=${table}`, join(folder, FILES.results)]);
      // By line: with the headers of every answer it may be longer than a text can be.
      return readTable(createInterface({ input: createReadStream(table) }));
    },
  });
}

/** Half an interval less than the requests take, so that there is not one too many. */
export function argumentsIn(folder: string, { perSecond, requests }: Planned): readonly string[] {
  return [
    ...['attack', '-format=http', '-lazy', `-targets=${join(folder, FILES.targets)}`],
    ...[`-rate=${perSecond}/1s`, `-duration=${((requests - 0.5) / perSecond).toFixed(6)}s`],
    ...[`-timeout=${PATIENCE_SECONDS}s`, '-max-body=0', '-redirects=-1', `-output=${join(folder, FILES.results)}`],
  ];
}

/** The fragment stays here: servers are not sent one, and results say of whom each is. */
export function toTargets(asked: readonly Asked[], { url, keys }: Pick<Load, 'url' | 'keys'>): string {
  return asked
    .map(({ customer, caller }) => {
      return `GET ${url}/v1/customers/${customer}/segments#${caller}\nAuthorization: Bearer ${keys[caller]}\n\n`;
    })
    .join('');
}

/**
 * `nanoseconds since 1970, status, nanoseconds, bytes, bytes, error, body, attack, sequence, method, URL, headers`: errors
 * may hold commas, so the URL is looked for from the end. One without is no request: there was nobody left to ask for.
 */
export async function readTable(lines: AsyncIterable<string> | Iterable<string>): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const line of lines) {
    const [sentAt = '', status, took, ...rest] = line.split(',');
    const caller = /^http.*#(\w+)$/.exec(rest.findLast((cell) => cell.startsWith('http')) ?? '')?.[1];
    if (caller === undefined) continue;
    samples.push({
      sentAtMs: toMs(sentAt),
      tookMs: Number(took) / 1e6,
      status: Number(status),
      caller: callerOf(caller),
    });
  }
  return samples.sort((one, other) => one.sentAtMs - other.sentAtMs);
}

/** 19 digits are more than a number holds. */
const toMs = (nanoseconds: string): number => Number(`${nanoseconds.slice(0, -6)}.${nanoseconds.slice(-6)}`);
