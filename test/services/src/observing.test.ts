/** Prometheus, Alertmanager and an exporter, as apt brings them, without installing anything. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startAlertmanager } from './alertmanager.ts';
import { startExporter } from './exporter.ts';
import { freePort } from './process.ts';
import { startPrometheus } from './prometheus.ts';
import { get, type Service } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'observing-test-'));
const write = (name: string, content: object) => {
  writeFileSync(join(folder, name), JSON.stringify(content)); // JSON is YAML
  return join(folder, name);
};
const target = ({ url }: Service) => ({ static_configs: [{ targets: [new URL(url).host] }] });

let prometheus: Service;
let alertmanager: Service;
let exporter: Service;
beforeAll(async () => {
  writeFileSync(join(folder, 'job.prom'), '# TYPE job_exit_code gauge\njob_exit_code 4\n');
  const textfiles = [
    '--collector.disable-defaults',
    '--collector.textfile',
    `--collector.textfile.directory=${folder}`,
  ];
  exporter = await startExporter({ exporter: 'node-exporter', args: textfiles });
  const configFile = write('alertmanager.yml', { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] });
  alertmanager = await startAlertmanager({ configFile });
  write('rules.yml', { groups: [{ name: 'jobs', rules: [{ alert: 'JobFailed', expr: 'job_exit_code > 0' }] }] });
  const port = await freePort();
  prometheus = await startPrometheus({
    port,
    configFile: write('prometheus.yml', {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yml'],
      alerting: { alertmanagers: [target(alertmanager)] },
      scrape_configs: [{ job_name: 'jobs', ...target(exporter) }],
    }),
  });
}, 120_000);
afterAll(async () => {
  await Promise.all([prometheus, alertmanager, exporter].map((service) => service.stop()));
  rmSync(folder, { recursive: true });
});

test('a figure in a file becomes an alert at Alertmanager', async () => {
  const alerts = async () => JSON.parse(await get(`${alertmanager.url}/api/v2/alerts`));
  await vi.waitFor(async () => expect(await alerts()).toMatchObject([{ labels: { alertname: 'JobFailed' } }]), {
    timeout: 20_000,
    interval: 200,
  });
}, 30_000);

test('each tells its version and counts its requests', async () => {
  for (const service of [prometheus, alertmanager]) {
    expect(await service.version()).toMatch(/^\d+\.\d+\.\d+/);
    const before = await service.requestCount();
    await service.version();
    expect(await service.requestCount()).toBeGreaterThan(before);
  }
  expect(await exporter.version()).toMatch(/^\d+\.\d+\.\d+/);
  expect(await exporter.requestCount()).toBeGreaterThan(0);
});
