import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock } from '../clock.fixture.ts';
import { load } from '../event.fixture.ts';
import { prometheus } from './prometheus.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name = 'ingest.prom') {
  const path = join(folder, name);
  const troubles: string[] = [];
  const clock = manualClock();
  const onTrouble = (text: string) => troubles.push(text);
  const wallClock = () => 1_700_000_000_000 + clock.now();
  const renderer = prometheus({ path, prefix: 'segment_ingest', clock, wallClock, onTrouble });
  return { ...renderer, clock, troubles, text: () => readFileSync(path, 'utf8') };
}

test('the figures of a run, each name once, with help and type', async () => {
  const { say, clock, close, text } = file();
  for (const event of load) {
    say(event);
    clock.advance(1_000);
  }
  await close();
  const lines = text().split('\n');
  for (const line of [
    'segment_ingest_start_time_seconds 1700000000',
    'segment_ingest_end_time_seconds 1700000015',
    'segment_ingest_exit_code 0',
    'segment_ingest_stage_seconds{stage="fill"} 8',
    'segment_ingest_rows_done{stage="fill"} 1234567',
    'segment_ingest_rows_expected{stage="fill"} 4000000',
    'segment_ingest_rows_rejected{reason="malformed"} 7',
    'segment_ingest_remaining_seconds{stage="fill"} 39',
    'segment_ingest_bytes_done{stage="fill"} 98765432',
    'segment_ingest_in_flight_bytes{stage="fill"} 4000000',
    'segment_ingest_items{item="part",state="failed"} 1',
    'segment_ingest_item_failures{item="part",code="CORRUPT"} 1',
    'segment_ingest_gate_passed{gate="drift"} 0',
    'segment_ingest_gate_overridden{gate="drift"} 1',
    'segment_ingest_result_customers 3999991',
    'segment_ingest_result_seconds{of="fill"} 56.7',
    'segment_ingest_warnings 1',
  ]) {
    expect(lines).toContain(line);
  }
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  expect(
    lines.filter(
      (line) =>
        line !== '' &&
        !/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+)$/.test(line),
    ),
  ).toEqual([]);
});

test('it is written at once, every 15 seconds and at the end, by renaming', async () => {
  const { say, clock, close, text } = file();
  expect(text()).toContain('start_time_seconds');
  say({ kind: 'warning', text: 'slow' });
  expect(text()).not.toContain('warnings 1');
  clock.advance(15_000);
  expect(text()).toContain('warnings 1');
  expect(text()).not.toContain('exit_code');
  say({ kind: 'error', text: 'refused', exitCode: 4, reason: 'ON_HOLD' });
  await close();
  expect(text()).toContain('segment_ingest_exit_code 4');
  expect(text()).toContain('segment_ingest_failure_info{reason="ON_HOLD"} 1');
  expect(readdirSync(folder)).toEqual(['ingest.prom']);
});

test('a folder that is not there is refused at once; one that goes away later is told once', async () => {
  expect(() => file('nowhere/ingest.prom')).toThrow('ENOENT');
  const { clock, close, troubles } = file();
  rmSync(folder, { recursive: true });
  clock.advance(60_000);
  await close();
  expect(troubles).toEqual([expect.stringContaining('ENOENT')]);
  folder = mkdtempSync(join(tmpdir(), 'prometheus-test-'));
});
