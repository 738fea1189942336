import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { compile, findJava, type Java } from './java.ts';
import type { Command } from './leashed.ts';
import { jars } from './maven.ts';
import { freePort, startProcess } from './process.ts';
import { get, type Service } from './service.ts';
import { install, MissingTool, run } from './tool.ts';

const recipe = join(import.meta.dirname, 'elasticsearch');
const version = '9.5.3';
const sources = ['Node.java', 'RootEndpoint.java'].map((name) => join(recipe, name));

export interface ElasticsearchOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Java heap; default 512. */
  readonly heapMb?: number;
  /** Further node settings, as in elasticsearch.yml. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a real one-node Elasticsearch, without security. The first time on a machine it is fetched and compiled. */
export async function startElasticsearch(options: ElasticsearchOptions = {}): Promise<Service> {
  const { port = await freePort(), heapMb = 512, settings = {} } = options;
  const url = `http://127.0.0.1:${port}`;
  const home = await prepareHome();
  const java = await findJava();
  const server = await startProcess({
    name: 'elasticsearch',
    readyWithinMs: 120_000,
    ready: () => isReady(url),
    command: async (folder) =>
      nodeCommand({ java, home, folder, heapMb, settings: { 'http.port': String(port), ...settings } }),
  });
  return {
    name: 'elasticsearch',
    url,
    pid: server.pid,
    logFile: server.logFile,
    version: () => readVersion(url),
    requestCount: () => readRequestCount(url),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

async function isReady(url: string): Promise<boolean> {
  await readVersion(url);
  await get(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`);
  return true;
}

async function readVersion(url: string): Promise<string> {
  const answer: { version: { number: string } } = JSON.parse(await get(url));
  return answer.version.number;
}

interface HttpStats {
  nodes: Record<string, { http: { routes: Record<string, { requests: { count: number } }> } }>;
}

async function readRequestCount(url: string): Promise<number> {
  const stats: HttpStats = JSON.parse(await get(`${url}/_nodes/stats/http`));
  const routes = Object.values(stats.nodes).flatMap((node) => Object.values(node.http.routes));
  return routes.reduce((sum, route) => sum + route.requests.count, 0);
}

interface NodeOptions {
  readonly java: Java;
  readonly home: string;
  readonly folder: string;
  readonly heapMb: number;
  readonly settings: Readonly<Record<string, string>>;
}

function nodeCommand({ java, home, folder, heapMb, settings }: NodeOptions): Command {
  const all = {
    'path.home': home,
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'logger.level': 'INFO',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    ...settings,
  };
  const vectors = java.modules.has('jdk.incubator.vector') ? ['--add-modules', 'jdk.incubator.vector'] : [];
  return {
    command: java.executable,
    args: [
      `-Xms${heapMb}m`,
      `-Xmx${heapMb}m`,
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${folder}`,
      ...vectors,
      '--enable-native-access=ALL-UNNAMED',
      ...(java.version >= 23 ? ['--sun-misc-unsafe-memory-access=allow'] : []),
      `-Des.nativelibs.path=${join(home, 'native')}`,
      '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
      '-classpath',
      [join(home, 'classes'), join(home, 'lib', '*')].join(delimiter),
      'Node',
      ...Object.entries(all).map(([key, value]) => `${key}=${value}`),
    ],
  };
}

/** The folder a distribution would be unpacked to: jars, two modules, and the native library Elasticsearch looks for. */
async function prepareHome(): Promise<string> {
  const fetched = await jars('elasticsearch', recipe);
  const contents = await Promise.all([...sources, import.meta.filename].map((file) => readFile(file)));
  return madeOnce(`elasticsearch-${version}-${fingerprint(fetched, ...contents)}`, async (home) => {
    await mkdir(join(home, 'config'));
    await linkJars(fetched, home);
    await addRootEndpoint(home);
    await mkdir(join(home, 'native'));
    await copyFile(await findZstd(), join(home, 'native', 'libzstd.so'));
  });
}

/** The transport must be a module of its own; everything else goes on the class path. */
async function linkJars(fetched: string, home: string): Promise<void> {
  const netty = await addModule(home, 'transport-netty4', 'org.elasticsearch.transport.netty4.Netty4Plugin');
  await mkdir(join(home, 'lib'));
  for (const name of await readdir(fetched)) {
    await symlink(join(fetched, name), join(name.includes('netty') ? netty : join(home, 'lib'), name));
  }
}

async function addRootEndpoint(home: string): Promise<void> {
  const classes = join(home, 'classes');
  const lib = (await readdir(join(home, 'lib'))).map((name) => join(home, 'lib', name));
  await compile({ sources, classPath: lib, into: classes });
  const plugin = join(home, 'plugin');
  await mkdir(plugin);
  for (const name of await readdir(classes)) {
    if (name.startsWith('RootEndpoint')) await rename(join(classes, name), join(plugin, name));
  }
  const jar = join(await addModule(home, 'root-endpoint', 'RootEndpoint'), 'root-endpoint.jar');
  const { executable } = await findJava();
  await run(executable, ['-classpath', [classes, ...lib].join(delimiter), 'Node', 'pack', plugin, jar]);
}

async function addModule(home: string, name: string, classname: string): Promise<string> {
  const folder = join(home, 'modules', name);
  await mkdir(folder, { recursive: true });
  const descriptor = {
    name,
    classname,
    description: name,
    version,
    'elasticsearch.version': version,
    'java.version': '21',
  };
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(folder, 'plugin-descriptor.properties'), lines.join(''));
  return folder;
}

async function findZstd(): Promise<string> {
  const found = await searchZstd();
  if (found) return found;
  await install('libzstd.so.1', ['libzstd1']);
  const installed = await searchZstd();
  if (!installed)
    throw new MissingTool('libzstd.so.1 is missing: install libzstd1 (Debian package name), then run again');
  return installed;
}

async function searchZstd(): Promise<string | undefined> {
  const parents = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib'];
  const nested = (await readdir('/usr/lib').catch(() => [])).filter((name) => name.endsWith('-linux-gnu'));
  const folders = [...parents, ...nested.map((name) => join('/usr/lib', name))];
  return folders.map((folder) => join(folder, 'libzstd.so.1')).find((file) => existsSync(file));
}
