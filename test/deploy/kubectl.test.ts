/** Lines of kubectl that people type at night, against the clusters that the overlays make. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kubectl } from '@segment-store/services/kubectl';
import { run } from '@segment-store/services/tool';
import { expect, test } from 'vitest';
import { type Cluster, clusterOf } from './cluster.ts';
import { wrongBounds, wrongChanges, wrongMemory, wrongRestart, wrongScaling, wrongUndo } from './kubectl-changes.ts';
import { type Kubectl, kubectlsIn, OVERLAYS, readPages } from './kubectl-lines.ts';
import {
  wrongContainers,
  wrongCreations,
  wrongLabels,
  wrongObjects,
  wrongPorts,
  wrongPrograms,
} from './kubectl-names.ts';

const RULES = [
  ...[wrongObjects, wrongCreations, wrongLabels, wrongContainers, wrongPorts, wrongPrograms],
  ...[wrongChanges, wrongScaling, wrongBounds, wrongMemory, wrongUndo, wrongRestart],
];
const clusters = await Promise.all(OVERLAYS.map(clusterOf));
const pages = await readPages();
const commands = pages.flatMap(({ name, text }) => kubectlsIn(text).map((command) => ({ name, command })));

/** `pilot has no deployment/segment-ingest: kubectl …` */
const complaintsOf = (command: Kubectl): readonly string[] =>
  clusters.filter(({ overlay }) => command.overlays.includes(overlay)).flatMap((one) => complaintsIn(one, command));

function complaintsIn(cluster: Cluster, command: Kubectl): readonly string[] {
  if (isOthers(command, cluster) || isWhole(command)) return [];
  const said = command.flags.has('namespace') ? [] : ['is told no namespace'];
  const wrong = [...said, ...RULES.flatMap((rule) => rule(command, cluster))];
  return wrong.map((why) => `${cluster.overlay} ${why}: ${command.line}`);
}

/** In a namespace that is not ours, or in all of them. */
const isOthers = ({ flags }: Kubectl, { namespace }: Cluster): boolean =>
  flags.has('all-namespaces') || (flags.get('namespace') ?? namespace) !== namespace;

/** Manifests have their own namespace. */
const isWhole = ({ verb, flags }: Kubectl): boolean =>
  verb === 'diff' || (verb === 'apply' && (flags.has('kustomize') || flags.get('filename') === '-'));

test('name what both overlays have, or the one that a line is for', () => {
  expect(commands.flatMap(({ name, command }) => complaintsOf(command).map((why) => `${name}: ${why}`))).toEqual([]);
  expect(commands.length).toBeGreaterThan(40);
});

test('about what is not ours are few', () => {
  const [cluster] = clusters;
  const others = commands.filter(({ command }) => cluster !== undefined && isOthers(command, cluster));
  expect(others.map(({ name, command: { verb, words } }) => `${name}: ${[verb, ...words].join(' ')}`)).toEqual([
    'SegmentCertificateExpiring: get certificates,certificaterequests',
    'SegmentElasticsearchNodeLost: get pods',
    'SegmentRedisDown: rollout restart statefulset/redis',
    'runbooks/README: port-forward service/elasticsearch 9200',
    'runbooks/README: port-forward service/prometheus-operated 9090',
  ]);
});

test('have verbs and flags that kubectl has, and files that are there', async () => {
  const program = await kubectl();
  const everywhere = await run(program, ['options']);
  const byVerb = Object.groupBy(commands, ({ command }) => command.verb);
  for (const [verb, same = []] of Object.entries(byVerb)) {
    const help = everywhere + (await run(program, [...verb.split(' '), '--help']));
    for (const flag of same.flatMap(({ command }) => [...command.flags.keys()]))
      expect(help, verb).toContain(`--${flag}`);
  }
  const files = commands
    .flatMap(({ command: { flags } }) => flags.get('filename') ?? [])
    .filter((file) => file !== '-');
  expect(files.filter((file) => !existsSync(fileURLToPath(new URL(`../../${file}`, import.meta.url))))).toEqual([]);
});

const ours = (...lines: readonly string[]) =>
  kubectlsIn(['```sh kubernetes', ...lines.map((line) => `kubectl -n segment-store ${line}`), '```'].join('\n'));

test.each([
  ['logs deployment/segment-ingest', 'pilot has no deployment/segment-ingest'],
  ['logs deployment/segment-servers # production', 'production has no deployment/segment-servers'],
  ['get autoscalers', 'production has no autoscalers/'],
  ['get pods -l app.kubernetes.io/component=export', 'has nothing with app.kubernetes.io/component=export'],
  ['logs deployment/segment-server -c watch', 'has no container watch in deployment/segment-server'],
  [
    'exec deployment/segment-server -- segment-ingest generations',
    'has no segment-ingest in deployment/segment-server',
  ],
  ['create job --from=cronjob/segment-ingest now', 'production has no cronjob/segment-ingest'],
  ['create secret generic segment-servers --from-file=server.json', 'has nobody who reads secret/segment-servers'],
  ['port-forward "pod/$POD" 8082', 'has no port 8082'],
  ['scale deployment/segment-server --replicas=6', 'production has an autoscaler of deployment/segment-server'],
  ['scale deployment/segment-server --replicas=2 # pilot', 'pilot has replicas 2 already'],
  ['scale deployment/segment-ingest --replicas=0 # production', 'replicas 2, and the page no way back to it'],
  [`patch hpa segment-server -p '{"spec":{"maxReplicas":12}}' # production`, 'which these do not raise'],
  [`patch hpa segment-server -p '{"spec":{"maxReplicas":48}}' # production`, '3 to 24, which the page does not name'],
  ['set env deployment/segment-server SEGMENT_SERVER_CACHE_MB=256', 'SEGMENT_SERVER_CACHE_MB 256 already'],
  ['set env cronjob/segment-compute SEGMENT_COMPUTE_THREADS=4 # as the manifests have it', 'SEGMENT_COMPUTE_THREADS 2'],
  ['set env deployment/segment-server SEGMENT_SERVER_CACHE_MB=512', 'has 1Gi for a cache of 512 MB'],
  ['rollout undo deployment/segment-server', 'no history before it'],
  ['rollout restart deployment/segment-server', 'no look at the store before it'],
])('%s: found', (line, why) => {
  expect(ours(line).flatMap(complaintsOf).join('\n')).toContain(why);
});

test('a line without a namespace is found, one that follows what it needs is not', () => {
  expect(kubectlsIn('`kubectl get pods`').flatMap(complaintsOf)).toContain(
    'pilot is told no namespace: kubectl get pods',
  );
  const good = ours('rollout history deployment/segment-server', 'rollout undo deployment/segment-server');
  expect(good.flatMap(complaintsOf)).toEqual([]);
});
