/** One step of the plan: a command that ends as it should, or a query that is within its bound. */
import { until } from '../drills/observing.ts';
import { boundInWords, type Command, isWithin, type Query, whoseIs } from './plan.ts';
import type { Scene } from './scene.ts';

/** What was bad in the last five minutes is waited for. */
const PATIENCE_MS = 360_000;

/** @throws Error with what it is instead */
export async function holds({ section, text, bound }: Query, { seeing, log }: Scene): Promise<void> {
  let values: readonly number[] = [];
  const note = (found: string) =>
    log.note({
      section,
      who: whoseIs(section),
      what: `asks Prometheus: ${text}`,
      found: `${found}; ${boundInWords(bound)}`,
    });
  const look = async () => {
    values = await seeing.values(text);
    return isWithin(values, bound);
  };
  if (!(await look())) note(`not yet: ${shown(values)}`);
  await until(`${section}: ${text} is not ${boundInWords(bound)}`, PATIENCE_MS, look);
  note(shown(values));
}

const shown = (values: readonly number[]): string =>
  values.length === 0 ? 'no sample' : values.map((value) => `${Number(value.toPrecision(3))}`).join(', ');

export const run = (command: Command, scene: Scene): Promise<void> => ending(0, command, scene);

/** @throws Error for another exit code than the expected one */
async function ending(expected: number, { section, text }: Command, scene: Scene): Promise<void> {
  const { exitCode, output } = await scene.shell(text, scene.environment);
  scene.log.note({ section, who: whoseIs(section), what: `$ ${text}`, found: output });
  mustBe(expected, exitCode, text);
}

/** What it says stands in the log when it says it, not when it has ended; lines that it repeats, once. */
export async function saying(expected: number, { section, text }: Command, scene: Scene): Promise<void> {
  const { log, shell, environment } = scene;
  log.note({ section, who: whoseIs(section), what: `$ ${text}` });
  const said = new Set<string>();
  const { exitCode } = await shell(text, environment, (line) => {
    if (!said.has(line)) log.note({ section, who: programOf(text), what: line });
    said.add(line);
  });
  mustBe(expected, exitCode, text);
}

const programOf = (text: string): string => text.split(' ')[0] ?? '';

function mustBe(expected: number, exitCode: number | null, text: string): void {
  if (exitCode !== expected) throw new Error(`ended with ${exitCode}, not ${expected}: ${text}`);
}
