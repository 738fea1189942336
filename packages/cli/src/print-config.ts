/** What each option is set to, without secrets: for `--print-config`, and for the log of what runs for long. */
import { createHash } from 'node:crypto';
import type { Setting } from './config.ts';
import type { ResultEvent } from './event.ts';
import { type OptionTable, toFlag } from './option.ts';

export interface Fingerprint {
  /** What differs from the defaults, as flags: `--port 8081 --cache-mb 128`. */
  readonly changes: string;
  /** Twelve hex digits, the same for the same options; secrets do not count. */
  readonly hash: string;
}

export function fingerprint(table: OptionTable, values: Readonly<Record<string, unknown>>): Fingerprint {
  const shown = Object.entries(table).map(([name, option]) => ({
    flag: toFlag(name),
    value: masked({ option, value: values[name] }),
    differs: String(values[name]) !== String(option.fallback),
  }));
  const changes = shown.filter(({ differs }) => differs).map(({ flag, value }) => `${flag} ${value}`);
  const digest = createHash('sha256').update(JSON.stringify(shown.map(({ flag, value }) => [flag, value])));
  return { changes: changes.join(' '), hash: digest.digest('hex').slice(0, 12) };
}

export function printedConfig(settings: readonly Setting[]): ResultEvent {
  const rows = settings.map((one) => [toFlag(one.name), shown(one), origin(one)]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const options = settings.map((one) => [one.name, { value: masked(one) ?? null, from: origin(one) }]);
  return { kind: 'result', text: text.join('\n'), data: { options: Object.fromEntries(options) } };
}

const origin = (setting: Setting): string => setting.origin ?? 'missing';

/** As a person would give it. */
function shown(setting: Setting): string {
  if (setting.origin === 'default' && setting.option.fallbackText !== undefined) return setting.option.fallbackText;
  const value = masked(setting);
  return value === undefined || value === '' ? '-' : String(value);
}

/** `https://user:password@host` holds a secret wherever it stands. */
function masked({ option, value }: Pick<Setting, 'option' | 'value'>): unknown {
  if (option.secret === true && value !== undefined) return '…';
  return typeof value === 'string' ? value.replaceAll(/\/\/[^/@\s]*@/g, '//…@') : value;
}
