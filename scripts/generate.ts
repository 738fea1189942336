/** Writes what is generated; `--check` only compares. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
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
import { withTables } from './sizing/page.ts';
import { burnGroups } from './slo/burn-rules.ts';
import { burnTests } from './slo/burn-tests.ts';
import { type Called, datadogMonitors, datadogSlos } from './slo/datadog.ts';
import { OBJECTIVES } from './slo/objectives.ts';

interface Generated {
  readonly path: string;
  /** What it is made from. */
  readonly source: string;
  text(): string | Promise<string>;
}

const root = new URL('../', import.meta.url);
const RULES = 'deploy/prometheus/rules';
const OBJECTIVES_FILE = 'scripts/slo/objectives.ts';
const CONSOLE = 'deploy/kibana/console.txt';
const SIZING = 'docs/sizing.measured.json';

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
    text: async () => json(datadogMonitors(OBJECTIVES, await calledByRules())),
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
  {
    path: 'docs/sizing.md',
    source: `${SIZING} or scripts/sizing`,
    text: async () => withTables(await read('docs/sizing.md'), JSON.parse(await read(SIZING))),
  },
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

function yaml(value: unknown): string {
  const lines = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Generated from ${OBJECTIVES_FILE} by \`npm run generate\`.\n${lines}`;
}

/** Of the rules that people write; an alert with several severities is called by the first. */
async function calledByRules(): Promise<readonly Called[]> {
  const names = (await readdir(new URL(RULES, root))).filter((name) => !name.includes('.generated.')).sort();
  const files: readonly RuleFile[] = await Promise.all(
    names.map(async (name) => parse(await read(`${RULES}/${name}`))),
  );
  const rules = files.flatMap(({ groups }) => groups.flatMap((group) => group.rules));
  const called = rules.map(({ alert, labels: { severity, service, stage } }) => ({
    alert,
    severity,
    service,
    isTrial: stage === 'trial',
  }));
  return [...new Map(called.toReversed().map((one) => [one.alert, one])).values()].reverse();
}

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly labels: { readonly severity: string; readonly service: string; readonly stage?: string };
    }[];
  }[];
}
