/** Commands of ours as pages write them, and what is wrong with them by their own word. */
import { run } from '@segment-store/services/tool';
import { mainOf } from '../support/commands.ts';

interface OwnCommand {
  readonly program: 'compute' | 'ingest' | 'rollout' | 'server';
  /** `load`, `keys create`. */
  readonly command: string;
  readonly flags: readonly string[];
}

/** A line that ends in a backslash goes on in the next one. */
export function ownCommandsIn(text: string): readonly OwnCommand[] {
  const whole = text.replaceAll(/\\\n\s*/g, '');
  const found = whole.matchAll(/(?:^|`)segment-(compute|ingest|rollout|server) ((?:keys )?[a-z-]+)([^\n`|]*)/gm);
  return [...found].flatMap(([, program, command = '', rest = '']) => {
    const flags = [...rest.matchAll(/(?<=\s)--[a-z0-9-]+/g)].map(([flag]) => flag);
    return isProgram(program) ? [{ program, command, flags }] : [];
  });
}

const PROGRAMS: readonly unknown[] = ['compute', 'ingest', 'rollout', 'server'];
const isProgram = (name: unknown): name is OwnCommand['program'] => PROGRAMS.includes(name);

/** Commands and flags that do not exist. */
export async function wrongFlags(commands: readonly OwnCommand[]): Promise<readonly string[]> {
  const byName = Object.groupBy(commands, ({ program, command }) => `${program} ${command}`);
  const wrong = await Promise.all(Object.entries(byName).map(([name, same = []]) => complaintsOf(name, same)));
  return wrong.flat();
}

async function complaintsOf(name: string, same: readonly OwnCommand[]): Promise<readonly string[]> {
  const [first] = same;
  if (first === undefined) return [];
  const help = await run(process.execPath, [mainOf(first.program), ...first.command.split(' '), '--help']);
  if (!help.startsWith(`Usage: segment-${name}`)) return [`segment-${name} is no command`];
  const flags = new Set([...help.matchAll(/--[a-z0-9-]+/g)].map(([flag]) => flag));
  return same.flatMap((one) => one.flags.filter((flag) => !flags.has(flag)).map((flag) => `segment-${name} ${flag}`));
}
