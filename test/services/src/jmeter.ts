/** JMeter without its distribution: its jars, by Maven, and around them the home folder that it looks for. */
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { madeOnce } from './cache.ts';
import { findFullJava } from './java.ts';
import type { Command } from './leashed.ts';
import { jars } from './maven.ts';
import { run, tool } from './tool.ts';

const recipe = join(import.meta.dirname, 'jmeter');
const HEAP_MB = 512;
/** A run is short, and its cores are shared with who is asked: neither the better compiler nor threads of a collector. */
const BRIEF = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
/** Connections that rest until a request takes one. Java's own figure is 5: whoever is sixth would connect anew. */
const RESTING = 1_000;
/** What JMeter's own start script opens of Java's base module, for the library that reads plans. */
const OPENED = ['java.lang', 'java.lang.invoke', 'java.lang.reflect', 'java.util', 'java.text'];

/** `args`: as after `jmeter` on a command line. Files that JMeter writes by relative names are in the command's folder. */
export async function jmeterCommand(args: readonly string[]): Promise<Command> {
  const fetched = await jars('jmeter', recipe);
  const home = await madeOnce(`${basename(fetched)}-home`, (folder) => makeHome(fetched, folder));
  const { executable } = await findFullJava();
  return {
    command: executable,
    args: [
      ...[`-Xmx${HEAP_MB}m`, '-XX:-UsePerfData', '-Djava.awt.headless=true', ...BRIEF],
      ...[`-Djmeter.home=${home}`, `-Dhttp.maxConnections=${RESTING}`],
      ...OPENED.flatMap((name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`]),
      ...['-classpath', join(fetched, '*'), 'org.apache.jmeter.NewDriver', ...args],
    ],
  };
}

/** `bin` has its properties, which are in one of the jars; in `lib/ext` it searches for functions such as `__P`. */
async function makeHome(fetched: string, home: string): Promise<void> {
  const own = (await readdir(fetched)).filter((name) => name.startsWith('ApacheJMeter_'));
  const config = own.find((name) => name.startsWith('ApacheJMeter_config'));
  if (config === undefined) throw new Error(`${fetched} has no ApacheJMeter_config: its pom must bring it`);
  for (const name of ['lib/ext', 'lib/junit']) await mkdir(join(home, name), { recursive: true });
  for (const name of own) await symlink(join(fetched, name), join(home, 'lib/ext', name));
  const unzip = await tool({ command: 'unzip', packages: ['unzip'] });
  await run(unzip, ['-q', join(fetched, config), 'bin/*', '-d', home]);
}
