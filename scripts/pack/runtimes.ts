/** Runtimes that the package must run on, by the npm package that holds their binary for this machine. */
import { join } from 'node:path';

const PLATFORM = `${process.platform}-${process.arch}`;

interface Binary {
  readonly package: string;
  readonly bin: string;
  readonly args: readonly string[];
}

export type Runtime = 'Node 22' | 'Node 26' | 'Bun' | 'Deno';

const RUNTIMES: Readonly<Record<Runtime, Binary>> = {
  'Node 22': { package: `node-${PLATFORM}@22.23.3`, bin: 'bin/node', args: [] },
  'Node 26': { package: `node-${PLATFORM}@26.10.0`, bin: 'bin/node', args: [] },
  Bun: { package: `@oven/bun-${PLATFORM}@1.4.5`, bin: 'bin/bun', args: ['run'] },
  Deno: {
    package: `@deno/${PLATFORM}${process.platform === 'linux' ? '-glibc' : ''}@2.9.6`,
    bin: 'deno',
    args: ['run', '--allow-all'],
  },
};

export const everyRuntime: readonly Runtime[] = ['Node 22', 'Node 26', 'Bun', 'Deno'];

/** To be installed as dependencies, each under a name of its own. */
export const runtimePackages = (names: readonly Runtime[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [folderOf(name), `npm:${RUNTIMES[name].package}`]));

/** How a program is run on it, where it is installed. */
export function invocation(
  name: Runtime,
  project: string,
): { readonly program: string; readonly args: readonly string[] } {
  const { bin, args } = RUNTIMES[name];
  return { program: join(project, 'node_modules', folderOf(name), bin), args };
}

const folderOf = (name: Runtime): string => name.toLowerCase().replace(' ', '-');
