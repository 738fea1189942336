/** Options from a config file, the environment and flags: each later one wins. */
import { readFileSync } from 'node:fs';
import { nearest } from '@segment-store/contract/nearest';
import { usage } from './exit-code.ts';
import { type Option, type OptionTable, toFlag, toVariable, type Values } from './option.ts';

export interface Sources {
  /** Path of a JSON object with option names as keys. */
  readonly file: string | undefined;
  /** Keys the file may have besides: of options that are resolved elsewhere. */
  readonly otherKeys?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly environmentPrefix: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What an option is set to, and by what: `--store`, `SEGMENT_INGEST_STORE`, `file.json: store`, `default`. */
export interface Setting {
  readonly name: string;
  readonly option: Option<unknown>;
  /** Undefined when a required option is missing. */
  readonly origin: string | undefined;
  readonly value: unknown;
}

/** @throws CommandError `usage`, naming where the value came from */
export function resolveOptions<Table extends OptionTable>(table: Table, sources: Sources): Values<Table> {
  const values = settings(table, sources).map(({ name, option, origin, value }) => {
    if (origin !== undefined) return [name, value];
    const variable = toVariable(sources.environmentPrefix, name);
    throw usage(`${toFlag(name)} ${option.placeholder} is missing: ${option.description} (or set ${variable})`);
  });
  return Object.fromEntries(values);
}

/** Every option in the order of the table. @throws CommandError `usage` for a value that cannot be */
export function settings(table: OptionTable, sources: Sources): readonly Setting[] {
  const known = [...Object.keys(table), ...(sources.otherKeys ?? [])];
  const file = sources.file === undefined ? {} : readConfig(sources.file, known);
  return Object.entries(table).map(([name, option]) => {
    const given = origins(name, file, sources).find(({ value }) => value !== undefined);
    if (given !== undefined) return { name, option, origin: given.origin, value: parse(given, option) };
    return { name, option, origin: option.required ? undefined : 'default', value: option.fallback };
  });
}

interface Given {
  readonly origin: string;
  readonly value: unknown;
}

function origins(name: string, file: Readonly<Record<string, unknown>>, sources: Sources): readonly Given[] {
  const variable = toVariable(sources.environmentPrefix, name);
  return [
    { origin: toFlag(name), value: sources.flags[name] },
    { origin: variable, value: sources.environment[variable] || undefined }, // shells and compose files unset by ''
    { origin: `${sources.file}: ${name}`, value: file[name] },
  ];
}

function parse({ origin, value }: Given, option: OptionTable[string]): unknown {
  try {
    return option.parse(Array.isArray(value) ? JSON.stringify(value) : String(value));
  } catch (error) {
    const shown = option.secret === true ? '…' : JSON.stringify(value);
    throw usage(`${origin} ${shown}: ${error instanceof Error ? error.message : error}`);
  }
}
function readConfig(path: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  const config = parseJson(path);
  for (const key of Object.keys(config)) {
    if (names.includes(key)) continue;
    const near = nearest(key, names);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw usage(`${path}: unknown key "${key}", known are ${names.join(', ')}${hint}`);
  }
  return config;
}

function parseJson(path: string): Readonly<Record<string, unknown>> {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usage(`--config ${path}: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return { ...config };
  throw usage(`--config ${path}: expected a JSON object of options`);
}
