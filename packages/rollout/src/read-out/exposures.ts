/** Exposures and outcomes, as applications write them: a JSON object a line. */
import { createReadStream } from 'node:fs';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { textLines } from '@segment-store/contract/text-lines';
import { type JsonObject, jsonObjectIn } from '../json-object.ts';

/** What `onExposure` of the SDK is told, as far as it matters here. */
interface Exposed {
  /** A variant, or `held out`. */
  readonly arm: string;
  readonly exposureId: string;
}

export const HELD_OUT = 'held out';

export interface Exposures {
  /** Who was exposed in each arm, each once. */
  readonly arms: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who was in several arms: counted in none. */
  readonly twice: ReadonlySet<string>;
  readonly lines: number;
  /** Of the rules they were drawn by. */
  readonly versions: ReadonlySet<string>;
}

/** Of one experiment; those of others are passed over. @throws CommandError exit 7, 2 */
export async function readExposures(files: readonly string[], experiment: string): Promise<Exposures> {
  const armOf = new Map<string, string>();
  const twice = new Set<string>();
  const versions = new Set<string>();
  let lines = 0;
  for await (const { place, fields } of linesOf('--exposures', files)) {
    if (fields.experiment !== experiment) continue;
    lines += 1;
    const { arm, exposureId } = exposedIn(place, fields);
    if (typeof fields.rulesVersion === 'string') versions.add(fields.rulesVersion);
    const before = armOf.get(exposureId);
    if (before !== undefined && before !== arm) twice.add(exposureId);
    else armOf.set(exposureId, arm);
  }
  const arms = new Map<string, Set<string>>();
  for (const [exposureId, arm] of armOf) {
    const exposed = arms.get(arm) ?? new Set<string>();
    arms.set(arm, exposed);
    if (!twice.has(exposureId)) exposed.add(exposureId);
  }
  return { arms, twice, lines, versions };
}

/** Who did what is counted, each once, whenever: `{"exposureId":"…"}`. @throws CommandError exit 7, 2 */
export async function readOutcomes(files: readonly string[]): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for await (const { place, fields } of linesOf('--outcomes', files)) {
    if (typeof fields.exposureId !== 'string') throw bad(`${place} has no exposureId`);
    outcomes.add(fields.exposureId);
  }
  return outcomes;
}

function exposedIn(place: string, { exposureId, variant, heldOut }: JsonObject): Exposed {
  if (typeof exposureId !== 'string' || exposureId === '') throw bad(`${place} has no exposureId`);
  if (typeof variant === 'string') return { arm: variant, exposureId };
  if (typeof heldOut === 'string') return { arm: HELD_OUT, exposureId };
  throw bad(`${place} has neither variant nor heldOut`);
}

async function* linesOf(flag: string, files: readonly string[]): AsyncGenerator<{ place: string; fields: JsonObject }> {
  for (const file of files) {
    let line = 0;
    try {
      for await (const text of textLines(createReadStream(file))) {
        line += 1;
        const place = `${flag} ${file}: line ${line}`;
        if (text.trim() !== '') yield { place, fields: objectIn(place, text) };
      }
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw usage(`${flag} ${file}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function objectIn(place: string, text: string): JsonObject {
  const object = jsonObjectIn(text);
  if (object === undefined) throw bad(`${place} is no JSON object`);
  return object;
}

const bad = (message: string): CommandError => new CommandError(exitCode.input, message);
