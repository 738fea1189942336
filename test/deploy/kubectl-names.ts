/** What a line of kubectl names that a cluster has not: objects, labels, containers, ports, programs. */
import { type Cluster, find, isKind, podOf } from './cluster.ts';
import type { Kubectl } from './kubectl-lines.ts';

/** `$POD`, `<name>`: whoever types it knows. */
const isOpen = (word: string): boolean => /[$<]/.test(word);

/** Objects that must be there: `deployment/segment-server`; a kind alone ends in `/`. */
function objectsOf({ verb, words, flags }: Kubectl): readonly string[] {
  const from = flags.get('from');
  if (verb.startsWith('create')) return from === undefined ? [] : [from];
  const [first = '', second = ''] = words;
  if (first.includes('/')) return [first];
  if (!ON_KINDS.includes(verb)) return isOpen(first) || first === '' ? [] : [`pod/${first}`];
  return first.split(',').map((kind) => `${kind}/${second}`);
}

const ON_KINDS = ['get', 'describe', 'delete', 'patch', 'wait'];

export function wrongObjects(command: Kubectl, cluster: Cluster): readonly string[] {
  return objectsOf(command)
    .filter((object) => {
      const [kind = '', name = ''] = object.split('/');
      if (!isKind(kind)) return true;
      const open = name === '' || isOpen(name);
      return !open && find(cluster, object) === undefined && !isExpected(object, command, cluster);
    })
    .map((object) => `has no ${object}`);
}

/** Jobs that the page itself has made before, and what pods read of secrets. */
const isExpected = (object: string, { before }: Kubectl, { expected }: Cluster): boolean =>
  expected.includes(object) ||
  (object.startsWith('job/') && `${before}\n`.includes(` ${object.slice('job/'.length)}\n`));

/** Only what pods read is made. */
export function wrongCreations({ verb, words }: Kubectl, { expected }: Cluster): readonly string[] {
  const [, kind] = /^create (secret|configmap)\b/.exec(verb) ?? [];
  const made = `${kind}/${words[0]}`;
  return kind === undefined || expected.includes(made) ? [] : [`has nobody who reads ${made}`];
}

export function wrongLabels({ words: [kinds = ''], flags }: Kubectl, cluster: Cluster): readonly string[] {
  const selector = flags.get('selector');
  if (selector === undefined) return [];
  const wanted = selector.split(',').map((pair) => pair.split('='));
  const [[key, value] = []] = wanted;
  const isThere =
    key === 'kubernetes.io/service-name' && kinds === 'endpointslices'
      ? find(cluster, `service/${value}`) !== undefined
      : cluster.pods.some(({ labels }) => wanted.every(([name = '', label]) => labels[name] === label));
  return isThere ? [] : [`has nothing with ${selector}`];
}

export function wrongContainers(command: Kubectl, cluster: Cluster): readonly string[] {
  const container = command.flags.get('container') ?? command.flags.get('containers');
  const [object = ''] = objectsOf(command);
  const names = podOf(cluster, object)?.spec.containers.map(({ name }) => name) ?? [];
  return container === undefined || names.includes(container) ? [] : [`has no container ${container} in ${object}`];
}

export function wrongPorts({ verb, words: [object = '', port = ''] }: Kubectl, cluster: Cluster): readonly string[] {
  if (verb !== 'port-forward') return [];
  const theirs = Number(port.split(':').at(-1));
  const containers = cluster.pods.flatMap(({ spec }) => spec.containers);
  const ports = containers.flatMap(({ ports: own = [] }) => own.map(({ containerPort }) => containerPort));
  const served = JSON.stringify(find(cluster, object)?.spec ?? {}).includes(`"port":${theirs},`);
  return served || ports.includes(theirs) ? [] : [`has no port ${theirs}`];
}

/** The image of a container has one program of ours, and a shell. */
export function wrongPrograms(command: Kubectl, cluster: Cluster): readonly string[] {
  const [program] = command.program;
  const [object = ''] = objectsOf(command);
  if (program === undefined || program === 'sh') return [];
  const images = podOf(cluster, object)?.spec.containers.map(({ image }) => image) ?? [];
  return images.some((image) => image.includes(`/${program}:`)) ? [] : [`has no ${program} in ${object}`];
}
