/** Writes what is generated; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse, stringify } from 'yaml';
import { freshPage } from '../test/chaos/page-file.ts';
import { readRunBooks } from '../test/deploy/run-books.ts';
import { DRILLS } from '../test/drills/drills.ts';
import { freshReadme } from '../test/drills/pages.ts';
import { DASHBOARDS } from './dashboards/dashboards.ts';
import { toDatadogDashboard } from './dashboards/datadog.ts';
import { toGrafana } from './dashboards/grafana.ts';
import { savedObjects } from './kibana/saved-objects.ts';
import { freshLoads, freshSizing } from './sizing/keep-measured.ts';
import { burnGroups } from './slo/burn-rules.ts';
import { burnTests } from './slo/burn-tests.ts';
import { datadogMonitors, datadogSlos } from './slo/datadog.ts';
import { withHosts } from './slo/hosts.ts';
import { OBJECTIVES } from './slo/objectives.ts';
import { prometheusRule } from './slo/prometheus-rule.ts';
import { groupsIn, writtenIn } from './slo/rule.ts';

interface Generated {
  readonly path: string;
  /** What it is made from. */
  readonly source: string;
  text(): string | Promise<string>;
}

interface Scraping {
  readonly global: { readonly evaluation_interval: string };
}

const root = new URL('../', import.meta.url);
const RULES = 'deploy/prometheus/rules';
const rules = new URL(`${RULES}/`, root);
const HOSTS_FILE = 'scripts/slo/hosts.ts';
const PROMETHEUS = 'deploy/prometheus/prometheus.yml';
const BLACKBOX = 'deploy/prometheus/blackbox.yml';
const OBJECTIVES_FILE = 'scripts/slo/objectives.ts';
const CONSOLE = 'deploy/kibana/console.txt';

const all: readonly Generated[] = [
  {
    path: 'packages/contract/src/api.generated.ts',
    source: 'openapi.yaml',
    async text() {
      const types = await openapiTS(new URL('openapi.yaml', root), { immutable: true, alphabetize: true });
      return `/** Generated from openapi.yaml by \`npm run generate\`. */\n${astToString(types)}`;
    },
  },
  {
    path: 'deploy/prometheus/rules/slo.generated.yml',
    source: OBJECTIVES_FILE,
    text: () => yaml({ groups: burnGroups(OBJECTIVES) }),
  },
  {
    path: 'deploy/prometheus/tests/slo.generated.yml',
    source: OBJECTIVES_FILE,
    text: () =>
      yaml({ rule_files: ['../rules/slo.generated.yml'], evaluation_interval: '2m', tests: burnTests(OBJECTIVES) }),
  },
  { path: 'deploy/datadog/slos.json', source: OBJECTIVES_FILE, text: () => json(datadogSlos(OBJECTIVES)) },
  {
    path: 'deploy/datadog/monitors.json',
    source: `scripts/slo or ${RULES}`,
    text: async () => json(datadogMonitors(OBJECTIVES, await groupsIn(rules))),
  },
  ...(await writtenIn(rules)).map(
    (name): Generated => ({
      path: `${RULES}/${name}`,
      source: HOSTS_FILE,
      text: async () => withHosts(await read(`${RULES}/${name}`)),
    }),
  ),
  {
    path: 'deploy/kubernetes/monitoring/rules.yaml',
    source: RULES,
    async text() {
      const { global }: Scraping = parse(await read(PROMETHEUS));
      const groups = [...burnGroups(OBJECTIVES), ...(await groupsIn(rules))];
      return yaml(prometheusRule(groups, global.evaluation_interval), RULES);
    },
  },
  {
    // Kustomize reads no file outside of its folder.
    path: 'deploy/kubernetes/exporters/blackbox.yml',
    source: BLACKBOX,
    text: () => read(BLACKBOX),
  },
  ...DASHBOARDS.flatMap((dashboard): readonly Generated[] => {
    const name = dashboard.uid.replace('segments-', '');
    const source = `scripts/dashboards/${name}.ts`;
    return [
      { path: `deploy/grafana/${name}.json`, source, text: () => json(toGrafana(dashboard, DASHBOARDS)) },
      { path: `deploy/datadog/dashboards/${name}.json`, source, text: () => json(toDatadogDashboard(dashboard)) },
    ];
  }),
  {
    path: 'deploy/kibana/saved-objects.ndjson',
    source: `${CONSOLE} or scripts/kibana`,
    text: async () => savedObjects(await read(CONSOLE)),
  },
  { path: 'docs/sizing.md', source: 'docs/sizing.measured.json or scripts/sizing', text: freshSizing },
  { path: 'deploy/load/README.md', source: 'deploy/load/measured.json or scripts/sizing', text: freshLoads },
  {
    path: 'docs/runbooks/README.md',
    source: 'test/drills or the pages beside it',
    text: async () => freshReadme(DRILLS, await readRunBooks()),
  },
  { path: 'docs/chaos.md', source: 'docs/chaos.json or test/chaos', text: freshPage },
];

for (const { path, source, text } of all) {
  const [file, fresh] = [new URL(path, root), await text()];
  if (!process.argv.includes('--check')) {
    await writeFile(file, fresh);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== fresh) {
    process.stderr.write(`${path} differs from ${source}: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}

function read(path: string): Promise<string> {
  return readFile(new URL(path, root), 'utf8');
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function yaml(value: unknown, source = OBJECTIVES_FILE): string {
  const lines = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Generated from ${source} by \`npm run generate\`.\n${lines}`;
}
