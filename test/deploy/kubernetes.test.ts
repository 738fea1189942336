/** deploy/kubernetes as a cluster would get it: rendered by kubectl, by the schemas of Kubernetes, and locked down. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkManifest } from '../support/kubernetes.ts';
import { KUBERNETES, podsIn, type Resource, rendered, resourcesIn } from './manifests.ts';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kubernetes-'));
});
afterAll(() => rm(scratch, { recursive: true }));

describe.each([
  ['production', 8],
  ['pilot', 7],
] as const)('overlay %s', async (name, count) => {
  const text = await rendered(`overlays/${name}`);
  const resources = resourcesIn(text);
  const all = (kind: string) => resources.filter((resource) => resource.kind === kind);

  test.each(['1.33', '1.37'])('is valid in Kubernetes %s', async (version) => {
    const file = join(scratch, `${name}.yaml`);
    // It knows none of the Prometheus operator's own kinds.
    await writeFile(file, text);
    await checkManifest(file, version);
  });

  test('pods are what the strictest policy of Kubernetes asks for, and more', () => {
    const pods = podsIn(resources);
    expect(pods.length).toBe(count);
    for (const { spec } of pods) {
      expect(spec).toMatchObject({ automountServiceAccountToken: false });
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext, resources: bounds } of [...(spec.initContainers ?? []), ...spec.containers]) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(bounds).toMatchObject({ requests: { cpu: expect.any(String) }, limits: { memory: expect.any(String) } });
      }
    }
  });

  test('everything is in the namespace, whose pods may talk to nothing that no policy names', () => {
    expect(
      resources.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'segment-store'),
    ).toEqual([]);
    const deny = all('NetworkPolicy').find(({ metadata }) => metadata.name === 'deny-everything');
    expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const components = podsIn(resources).map(({ labels }) => labels['app.kubernetes.io/component']);
    expect([...new Set(components)].sort()).toEqual(['compute', 'exporter', 'ingest', 'server']);
  });

  test('images are of your registry, by the names that the overlay gives them', () => {
    const containers = podsIn(resources).flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers]);
    for (const { image } of containers) expect(image).toMatch(/^registry\.example\.com\/[a-z-]+:v?\d/);
  });
});

test.each(['1.33', '1.37'])('jobs that people start are valid in Kubernetes %s', async (version) => {
  await checkManifest(join(KUBERNETES, 'rollout-once/rollout-job.yaml'), version);
  await checkManifest(join(KUBERNETES, 'ingest-once/by-hand.yaml'), version);
});

test('a shell with segment-ingest is let in by the policies of the namespace and has what a load has', async () => {
  const read = (name: string) => readFile(join(KUBERNETES, name), 'utf8');
  const [shell] = podsIn(resourcesIn(await read('ingest-once/by-hand.yaml')));
  const [load] = podsIn(resourcesIn(await read('ingest-once/parallel-job.yaml')));
  const [own] = shell?.spec.containers ?? [];
  const [other] = load?.spec.containers ?? [];
  expect(shell?.spec.securityContext).toEqual(load?.spec.securityContext);
  expect(own?.securityContext).toEqual(other?.securityContext);
  expect(shell?.labels['app.kubernetes.io/component']).toBe(load?.labels['app.kubernetes.io/component']);
  expect(own?.envFrom).toEqual(other?.envFrom);
  const variables = (container: typeof own) => container?.env?.filter(({ name }) => name.startsWith('SEGMENT_'));
  expect(variables(own)).toEqual(variables(other));
});

test('servers are spread, keep most of their number in a disruption, and are scaled in production', async () => {
  const resources = resourcesIn(await rendered('overlays/production'));
  const named = (kind: string) => resources.find((one) => one.kind === kind && one.metadata.name === 'segment-server');
  const selector = { matchLabels: { 'app.kubernetes.io/name': 'segment-server' } };
  expect(named('PodDisruptionBudget')?.spec).toMatchObject({ maxUnavailable: 1, selector });
  expect(named('HorizontalPodAutoscaler')?.spec).toMatchObject({ scaleTargetRef: { name: 'segment-server' } });
  expect(named('Deployment')?.spec).not.toHaveProperty('replicas');
  const [server] = podsIn([named('Deployment') ?? absent()]);
  expect(server?.spec).toMatchObject({
    // SEGMENT_SERVER_PORT would be the Service's address instead of a port.
    enableServiceLinks: false,
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', labelSelector: selector },
      { topologyKey: 'kubernetes.io/hostname', labelSelector: selector },
    ],
  });
});

test('every folder is used by an overlay, or is applied by itself', async () => {
  const overlays = await Promise.all(
    ['production', 'pilot'].map((name) => readFile(join(KUBERNETES, 'overlays', name, 'kustomization.yaml'), 'utf8')),
  );
  const used = overlays.flatMap((text) => [...text.matchAll(/\.\.\/\.\.\/([a-z-]+)/g)].map(([, folder]) => folder));
  const folders = (await readdir(KUBERNETES, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(
    [...new Set([...used, 'ingest-once', 'rollout-once', 'overlays'])].sort(),
  );
});

function absent(): Resource {
  throw new Error('there is no such resource');
}
