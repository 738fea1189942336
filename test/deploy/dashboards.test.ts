/** What no Grafana is needed for: one that is here, and queries that Prometheus can read. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { withRange } from '../../scripts/dashboards/series.ts';
import { promtool } from './alerts.ts';

const folder = new URL('../../deploy/grafana/', import.meta.url);
const names = await readdir(folder);
const dashboards = await Promise.all(
  names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))),
);

interface Shown {
  readonly id: number;
  readonly type: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const panels = dashboards.flatMap(({ uid, panels: all }) => all.map((panel: Shown) => ({ uid, ...panel })));
const targets: readonly { readonly expr: string }[] = panels.flatMap(({ targets: own = [] }) => own);

test('there are seven, under the names that alerts link to', () => {
  const uids = dashboards.map(({ uid }) => uid).sort();
  const all = ['cache', 'clients', 'dependencies', 'jobs', 'node', 'overview', 'rollout'];
  expect(uids).toEqual(all.map((name) => `segments-${name}`));
});

test('every panel says what to make of it, and none covers another', () => {
  const shown = panels.filter(({ type }) => type !== 'row');
  expect(shown.filter(({ description }) => description.length < 10)).toEqual([]);
  const cells = panels.flatMap(({ uid, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${uid} ${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});

test('Prometheus can read every query', async () => {
  const rules = targets.map(({ expr }, index) => ({
    record: `query:${index}`,
    expr: withRange(expr),
  }));
  const scratch = await mkdtemp(join(tmpdir(), 'dashboards-'));
  onTestFinished(() => rm(scratch, { recursive: true }));
  const file = join(scratch, 'rules.yml');
  await writeFile(file, stringify({ groups: [{ name: 'queries', rules }] }));
  const told = await promtool('check', 'rules', '--lint=none', file);
  expect(told).toContain(`SUCCESS: ${targets.length} rules found`);
});
