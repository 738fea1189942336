/** A file for node_exporter's textfile collector: always whole, as renaming makes it. */
import { renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Renderer } from '../event.ts';
import { createSamples, type Sample } from './samples.ts';

const WRITE_MS = 15_000;

export interface PrometheusOptions {
  readonly path: string;
  /** Before every name: `segment_ingest`. */
  readonly prefix: string;
  readonly clock: Clock;
  wallClock(): number;
  /** Hears of a file that cannot be written, once. */
  onTrouble(text: string): void;
}

/** @throws when the file cannot be written at first: that is a wrong path */
export function prometheus({ path, prefix, clock, wallClock, onTrouble }: PrometheusOptions): Renderer {
  const samples = createSamples(wallClock);
  // In the same folder, so that renaming is atomic; not ending in .prom, so that nobody collects it.
  const scratch = `${path}.${process.pid}`;
  const write = () => {
    writeFileSync(scratch, exposition(samples.list(), prefix));
    renameSync(scratch, path);
  };
  let troubled = false;
  const tryWrite = () => {
    try {
      write();
    } catch (error) {
      if (!troubled) onTrouble(`${dirname(path)}: ${error instanceof Error ? error.message : error}`);
      troubled = true;
    }
  };
  write();
  const stop = clock.every(WRITE_MS, tryWrite);
  return {
    say: samples.say,
    async close() {
      stop();
      samples.end();
      tryWrite();
    },
  };
}

/** The text format: all samples of a name together, below one HELP and TYPE. */
export function exposition(samples: readonly Sample[], prefix: string): string {
  const byName = Object.entries(Object.groupBy(samples, ({ name }) => name));
  const blocks = byName.map(([name, group = []]) => [
    `# HELP ${prefix}_${name} ${group[0]?.help}`,
    `# TYPE ${prefix}_${name} gauge`,
    ...group.map(({ labels, value }) => `${prefix}_${name}${labelText(labels)} ${value}`),
  ]);
  return `${blocks.flat().join('\n')}\n`;
}

function labelText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
