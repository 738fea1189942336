/** Two Elasticsearch nodes that are one cluster. */
import { join } from 'node:path';
import { startElasticsearch } from './elasticsearch.ts';
import { freePort } from './process.ts';
import type { Service } from './service.ts';

export interface Cluster {
  /** Master and data. */
  readonly first: Service;
  /** Data only: the cluster outlives it. */
  readonly second: Service;
  stop(): Promise<void>;
}

export type NodeName = 'first' | 'second';

export interface ClusterLayout {
  /** Each node has a folder in it. Default: folders that vanish with the nodes. */
  readonly dataFolder?: string;
  readonly ports: { readonly [Name in NodeName]: { readonly http: number; readonly transport: number } };
}

export async function layOutCluster(): Promise<ClusterLayout> {
  const pair = async () => ({ http: await freePort(), transport: await freePort() });
  return { ports: { first: await pair(), second: await pair() } };
}

/** Starts two nodes that are one cluster, the second when the first is there. */
export async function startCluster(): Promise<Cluster> {
  const layout = await layOutCluster();
  const first = await startNode('first', layout);
  const second = await startNode('second', layout).catch(async (error) => {
    await first.stop();
    throw error;
  });
  const stop = async () => {
    await Promise.all([first.stop(), second.stop()]);
  };
  return { first, second, stop };
}

/** One of the two; the second joins the first, which must be there. With data of a former start it goes on from there. */
export function startNode(name: NodeName, { dataFolder, ports }: ClusterLayout): Promise<Service> {
  const master = ports.first.transport;
  const roles = {
    first: { 'cluster.initial_master_nodes': 'first' },
    second: { 'node.roles': 'data', 'discovery.seed_hosts': `127.0.0.1:${master}` },
  };
  const settings = {
    'discovery.type': 'multi-node',
    'cluster.name': `cluster-${master}`,
    'node.name': name,
    'transport.port': String(ports[name].transport),
    ...roles[name],
    ...(dataFolder !== undefined && { 'path.data': join(dataFolder, name) }),
  };
  return startElasticsearch({ port: ports[name].http, heapMb: 400, settings });
}
