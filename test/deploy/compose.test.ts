/** deploy/compose.yaml against the schema of the compose specification, and against what it names. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMPOSE, readCompose } from './compose.ts';

/** Of compose-go 2.16.2, Apache-2.0: what `docker compose` itself checks files by. */
const schema = JSON.parse(await readFile(new URL('compose-spec.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
const compose = await readCompose();
const services = Object.entries(compose.services);
const here = (path: string) => fileURLToPath(new URL(path, COMPOSE));

test('it is a compose file', () => {
  expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
});

test('a misspelt field would be found', () => {
  const [[name, service] = ['', {}]] = services;
  expect(validate({ services: { [name]: { ...service, readonly: true } } })).toBe(false);
});

describe.each(services)('%s', (_, service) => {
  test('needs services, networks, volumes and secrets that there are', () => {
    const { depends_on = [], networks, secrets = [], volumes = [] } = service;
    const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(needed));
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...networks]));
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...secrets]));
    for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
      if (!source.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(source);
      else if (!source.startsWith('./secrets/')) expect(existsSync(here(source)), source).toBe(true);
    }
  });

  test('is locked down, bounded and pinned', () => {
    const { cap_drop, deploy, image, ports = [] } = service;
    expect(cap_drop).toEqual(['ALL']);
    expect(deploy.resources.limits).toMatchObject({ memory: expect.any(String), pids: expect.any(Number) });
    expect(image).toMatch(/:v?\d+[.-]/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/); // nothing here is for other machines
  });
});

test('all but those of Elastic, which write their configuration, have a read-only root', () => {
  const writing = services.filter(([, { read_only }]) => read_only !== true).map(([name]) => name);
  expect(writing).toEqual(['elasticsearch-1', 'elasticsearch-2', 'kibana']);
});

test('Prometheus scrapes services that there are, and has a file for every job but those of others', async () => {
  const { scrape_configs: jobs }: { readonly scrape_configs: readonly { readonly job_name: string }[] } = parse(
    await readFile(here('prometheus/prometheus.yml'), 'utf8'),
  );
  const files = await readdir(here('compose/targets'));
  const named = jobs.map(({ job_name }) => job_name).filter((job) => !files.includes(`${job}.json`));
  expect(named).toEqual(['segment-client', 'sqs']); // whoever asks; no exporter of ElasticMQ's queues is known
  for (const file of files) {
    expect(jobs.map(({ job_name }) => `${job_name}.json`)).toContain(file);
    const hosts = (await readFile(here(`compose/targets/${file}`), 'utf8')).matchAll(
      /"(?:http:\/\/)?([a-z0-9-]+):\d+/g,
    );
    for (const [, host] of hosts) expect(Object.keys(compose.services)).toContain(host);
  }
});
