/** An image as a folder: the instructions of its Dockerfile carried out without an engine, and programs started from it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, relative } from 'node:path';
import { run } from '@segment-store/services/tool';
import { type Dockerfile, type Instruction, readDockerfile } from './dockerfile.ts';

export interface Image {
  /** Starts its entrypoint as the user of the image, who owns nothing of it. */
  start(args: readonly string[]): ChildProcess;
}

const root = join(import.meta.dirname, '../..');
const FILE = join(root, 'deploy/docker/Dockerfile');

/** The root of the image is `folder`; its Node is the one that runs this. */
export async function makeImage(name: string, folder: string): Promise<Image> {
  const dockerfile = await readDockerfile(FILE);
  for (const made of ['app', 'usr/local/bin', 'var/lib']) await mkdir(join(folder, made), { recursive: true });
  const files = `${name}-files`;
  const ignored = await readIgnored(`${FILE}.dockerignore`);
  for (const one of [...of(dockerfile, baseOf(dockerfile, files)), ...of(dockerfile, files)]) {
    await carryOut(one, folder, ignored);
  }
  const own = of(dockerfile, name);
  for (const one of own.filter(({ keyword }) => keyword === 'RUN')) await carryOut(one, folder, ignored);
  return { start: (args) => start([...entrypointOf(own), ...args], folder, userOf(own)) };
}

const of = ({ stages }: Dockerfile, name: string): readonly Instruction[] => stages.get(name) ?? missing(name);
const baseOf = ({ bases }: Dockerfile, name: string): string => bases.get(name) ?? missing(name);
const argumentsOf = (stage: readonly Instruction[], keyword: string): string =>
  stage.find((one) => one.keyword === keyword)?.value ?? missing(keyword);
const userOf = (stage: readonly Instruction[]): number => Number.parseInt(argumentsOf(stage, 'USER'), 10);
const entrypointOf = (stage: readonly Instruction[]): readonly string[] => JSON.parse(argumentsOf(stage, 'ENTRYPOINT'));

async function carryOut({ keyword, value }: Instruction, folder: string, ignored: Ignored): Promise<void> {
  if (keyword === 'COPY') await copy(value.split(' '), join(folder, 'app'), ignored);
  if (keyword === 'RUN')
    await run('sh', ['-euc', `${settings(folder)}\n${within(folder, value)}`], { cwd: join(folder, 'app') });
}

/** npm installs globally below the folder, too. */
const settings = (folder: string): string =>
  `export npm_config_prefix='${folder}/usr/local' PATH='${folder}/usr/local/bin':"$PATH" CI=true`;

const within = (folder: string, command: string): string =>
  command.replaceAll(/(?<=[\s=])\/(?=(?:app|usr|var)\/)/g, `${folder}/`);

async function copy(words: readonly string[], app: string, isIgnored: Ignored): Promise<void> {
  const target = words.at(-1) ?? '';
  const sources = words.slice(0, -1);
  for (const source of sources) {
    const to = target === './' ? join(app, source) : join(app, target);
    await cp(join(root, source), to, { recursive: true, filter: (path) => !isIgnored(relative(root, path)) });
  }
}

type Ignored = (path: string) => boolean;

/** The last line that a path or a folder above it matches decides. */
async function readIgnored(file: string): Promise<Ignored> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rules = lines.map((line) => ({ pattern: line.replace(/^!/, ''), ignores: !line.startsWith('!') }));
  return (path) => {
    const above = path.split('/').map((_, index, steps) => steps.slice(0, index + 1).join('/'));
    const last = rules.findLast(({ pattern }) => above.some((one) => matchesGlob(one, pattern)));
    return last?.ignores ?? false;
  };
}

function start([command = '', ...args]: readonly string[], folder: string, uid: number): ChildProcess {
  const user = process.getuid?.() === 0 ? { uid, gid: uid } : {}; // nobody else may become another user
  return spawn(command, args, {
    ...user,
    cwd: join(folder, 'app'),
    env: { NODE_ENV: 'production', PATH: `${folder}/usr/local/bin:${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function missing(what: string): never {
  throw new Error(`deploy/docker/Dockerfile has no ${what}`);
}
