/** What a line of kubectl changes to no use or to harm, by what a cluster has; and what a page must say beside it. */
import { at, type Cluster, environmentOf, find, isRecord, podOf } from './cluster.ts';
import type { Kubectl } from './kubectl-lines.ts';

interface Change {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** How a page writes what was before, for whoever goes back. */
  readonly wayBack: string;
}

/** At the end of a line that puts back what somebody took away. */
const AS_BEFORE = '# as the manifests have it';

/** Changes nothing, or leaves whoever wants it back without the value of the manifests. */
export const wrongChanges = (command: Kubectl, cluster: Cluster): readonly string[] =>
  changesOf(command, cluster).flatMap(({ what, from, to, wayBack }) => {
    if (command.line.endsWith(AS_BEFORE)) return from === to ? [] : [`has ${what} ${from}`];
    if (from === to) return [`has ${what} ${from} already`];
    return command.after.includes(wayBack) ? [] : [`has ${what} ${from}, and the page no way back to it`];
  });

function changesOf(command: Kubectl, cluster: Cluster): readonly Change[] {
  const { verb, words, flags } = command;
  const [object = '', name = ''] = words;
  if (verb === 'scale') return scaled(find(cluster, object)?.spec, flags.get('replicas') ?? '');
  if (verb === 'patch') return patched(find(cluster, `${object}/${name}`), flags.get('patch') ?? '{}');
  if (verb === 'set env') return words.slice(1).flatMap((word) => variable(word, object, cluster));
  return verb === 'set resources' ? resources(command, cluster) : [];
}

const scaled = (spec: unknown, to: string): readonly Change[] => {
  const from = `${at(spec, ['replicas'])}`;
  return [{ what: 'replicas', from, to, wayBack: `--replicas=${from}` }];
};

/** The bounds of an autoscaler; a page writes them `3 to 24`, before or after. */
function patched(resource: unknown, patch: string): readonly Change[] {
  const { spec }: { readonly spec?: unknown } = JSON.parse(patch);
  return Object.entries(isRecord(spec) ? spec : {}).map(([key, to]) => {
    const from = at(resource, ['spec', key]);
    return { what: key, from: `${from}`, to: `${to}`, wayBack: '' };
  });
}

function variable(word: string, object: string, cluster: Cluster): readonly Change[] {
  const [name = '', to = ''] = word.split('=');
  const pod = podOf(cluster, object);
  const from = (pod === undefined ? {} : environmentOf(cluster, pod))[name] ?? 'no value';
  return [{ what: name, from, to, wayBack: from }];
}

function resources({ words: [object = ''], flags }: Kubectl, cluster: Cluster): readonly Change[] {
  const name = flags.get('container') ?? flags.get('containers');
  const container = podOf(cluster, object)?.spec.containers.find((one) => one.name === name);
  return ['requests', 'limits'].flatMap((kind) => {
    const [what = '', to = ''] = flags.get(kind)?.split('=') ?? [];
    const from = `${at(container?.resources, [kind, what])}`;
    return to === '' ? [] : [{ what: `${kind} of ${what}`, from, to, wayBack: from }];
  });
}

/** What an autoscaler scales is its: it takes back what `scale` gave, and more. */
export function wrongScaling({ verb, words: [object = ''] }: Kubectl, { resources: all }: Cluster): readonly string[] {
  const scalers = all.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const owned = scalers.some(({ spec }) => `deployment/${at(spec, ['scaleTargetRef', 'name'])}` === object);
  return verb === 'scale' && owned ? [`has an autoscaler of ${object}`] : [];
}

/** Bounds that only widen, and stand on the page as they were. */
export function wrongBounds(command: Kubectl, cluster: Cluster): readonly string[] {
  const { verb, words, flags, before, after } = command;
  const scaler = verb === 'patch' ? find(cluster, words.join('/')) : undefined;
  if (scaler === undefined) return [];
  const [low, high] = ['minReplicas', 'maxReplicas'].map((key) => at(scaler, ['spec', key]));
  const patch: unknown = JSON.parse(flags.get('patch') ?? '{}');
  const [newLow = low, newHigh = high] = ['minReplicas', 'maxReplicas'].map((key) => at(patch, ['spec', key]));
  const wide = Number(newLow) >= Number(low) && Number(newHigh) >= Number(high) && Number(newLow) < Number(newHigh);
  return [
    ...(wide ? [] : [`has bounds ${low} to ${high}, which these do not raise`]),
    ...(`${before}${after}`.includes(`${low} to ${high}`)
      ? []
      : [`has bounds ${low} to ${high}, which the page does not name`]),
  ];
}

/** A cache that the container's memory does not hold is the end of the container. */
export function wrongMemory(
  { verb, words: [object = '', ...set], before }: Kubectl,
  cluster: Cluster,
): readonly string[] {
  const cache = set
    .map((word) => /^SEGMENT_SERVER_CACHE_MB=(\d+)$/.exec(word)?.[1])
    .find((value) => value !== undefined);
  if (verb !== 'set env' || cache === undefined) return [];
  const given = [...before.matchAll(/--limits=memory=(\d+[GM]i)/g)].at(-1)?.[1];
  const limit = given ?? podOf(cluster, object)?.spec.containers[0]?.resources.limits?.memory ?? '0Mi';
  const mebibytes = Number.parseInt(limit, 10) * (limit.endsWith('Gi') ? 1024 : 1);
  return mebibytes >= 3 * Number(cache) + 200 ? [] : [`has ${limit} for a cache of ${cache} MB`];
}

/** `undo` goes to the revision before, whichever that is. */
export const wrongUndo = ({ verb, words: [object], before }: Kubectl): readonly string[] =>
  verb === 'rollout undo' && !before.includes(`rollout history ${object}`)
    ? ['may have had an undo: no history before it']
    : [];

/** What pods keep in an `emptyDir` goes with them: only while the store is up may all of them go. */
export function wrongRestart({ verb, words: [object = ''], before }: Kubectl, cluster: Cluster): readonly string[] {
  const pod = podOf(cluster, object);
  if (verb !== 'rollout restart' || pod === undefined) return [];
  const keeps =
    'SEGMENT_SERVER_STATE_DIR' in environmentOf(cluster, pod) && JSON.stringify(pod.spec).includes('"emptyDir"');
  return keeps && !before.includes('"$ELASTICSEARCH/')
    ? [`loses what ${object} keeps: no look at the store before it`]
    : [];
}
