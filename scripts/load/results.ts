/** The file that a load leaves behind: sizing is filled from it, and whoever doubts a percentile finds histograms. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import type { Verdict } from './agreement.ts';
import type { Given } from './options.ts';
import type { ByTool } from './report.ts';

/** @throws Error for a file that cannot be written */
export function keepResults(file: string, given: Given, measured: ByTool, verdicts: readonly Verdict[]): void {
  const { profile, rate, duration, latency, target } = given;
  const cpu = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`;
  const head = {
    ...{ profile, perSecond: rate, durationMs: duration, latencyMs: latency, place: target ?? 'stack' },
    ...{ at: new Date().toISOString(), cpu, machineLoad: loadavg()[0], node: process.version },
  };
  mkdirSync(dirname(file), { recursive: true });
  const tools = Object.fromEntries(measured);
  writeFileSync(file, `${JSON.stringify({ ...head, verdicts, tools }, undefined, 1)}\n`);
}
