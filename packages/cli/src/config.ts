/** Options from a config file, the environment and flags: each later one wins. */
import { readFileSync } from 'node:fs';
import { nearest } from '@segment-store/contract/nearest';
import { CommandError, exitCode } from './exit-code.ts';
import { type OptionTable, toFlag, toVariable, type Values } from './option.ts';

export interface Sources {
  /** Path of a JSON object with option names as keys. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly environmentPrefix: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** @throws CommandError `usage`, naming where the value came from */
export function resolveOptions<Table extends OptionTable>(table: Table, sources: Sources): Values<Table> {
  const file = sources.file === undefined ? {} : readConfig(sources.file, Object.keys(table));
  const values = Object.entries(table).map(([name, option]) => {
    const given = origins(name, file, sources).find(({ value }) => value !== undefined);
    if (given !== undefined) return [name, parse(given, option)];
    if (!option.required) return [name, option.fallback];
    const variable = toVariable(sources.environmentPrefix, name);
    throw usage(`${toFlag(name)} ${option.placeholder} is missing: ${option.description} (or set ${variable})`);
  });
  return Object.fromEntries(values);
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
    throw usage(`${origin} ${JSON.stringify(value)}: ${error instanceof Error ? error.message : error}`);
  }
}

function readConfig(path: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  const config = parseJson(path);
  for (const key of Object.keys(config)) {
    if (names.includes(key)) continue;
    const near = nearest(key, names);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw usage(`${path}: unknown key "${key}"${hint} Known: ${names.join(', ')}`);
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

const usage = (message: string): CommandError => new CommandError(exitCode.usage, message);
