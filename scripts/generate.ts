/** Writes what is generated; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { stringify } from 'yaml';
import { DASHBOARDS } from './dashboards/dashboards.ts';
import { toDatadogDashboard } from './dashboards/datadog.ts';
import { toGrafana } from './dashboards/grafana.ts';
import { savedObjects } from './kibana/saved-objects.ts';
import { burnGroups } from './slo/burn-rules.ts';
import { burnTests } from './slo/burn-tests.ts';
import { OBJECTIVES } from './slo/objectives.ts';

interface Generated {
  readonly path: string;
  /** What it is made from. */
  readonly source: string;
  text(): string | Promise<string>;
}

const root = new URL('../', import.meta.url);
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
    text: async () => savedObjects(await readFile(new URL(CONSOLE, root), 'utf8')),
  },
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

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function yaml(value: unknown): string {
  const lines = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Generated from ${OBJECTIVES_FILE} by \`npm run generate\`.\n${lines}`;
}
