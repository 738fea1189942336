/** The rules of deploy/prometheus as their files have them, and Debian's tools that read them. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpacked } from '@segment-store/services/apt';
import { run } from '@segment-store/services/tool';
import { parse } from 'yaml';

const PROMETHEUS: string = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
export const ALERTMANAGER: string = fileURLToPath(
  new URL('../../deploy/alertmanager/alertmanager.yml', import.meta.url),
);

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Alert extends Rule {
  readonly alert: string;
}

/** `amtool`, `promtool`: → stdout; rejects with what it complains of. */
export async function promtool(...args: readonly string[]): Promise<string> {
  const { folder } = await unpacked('prometheus');
  return run(join(folder, 'usr/bin/promtool'), args);
}

export async function amtool(...args: readonly string[]): Promise<string> {
  const { folder } = await unpacked('prometheus-alertmanager');
  return run(join(folder, 'usr/bin/amtool'), args);
}

/** Paths of the YAML files of a folder of deploy/prometheus. */
export async function filesIn(folder: 'rules' | 'tests'): Promise<readonly string[]> {
  const names = await readdir(join(PROMETHEUS, folder));
  return names.filter((name) => name.endsWith('.yml')).map((name) => join(PROMETHEUS, folder, name));
}

async function rulesIn(file: string): Promise<readonly Rule[]> {
  const { groups }: { readonly groups: readonly { readonly rules: readonly Partial<Rule>[] }[] } = parse(
    await readFile(file, 'utf8'),
  );
  return groups.flatMap(({ rules }) => rules.map((rule) => ({ expr: '', labels: {}, annotations: {}, ...rule })));
}

export async function allRules(): Promise<readonly Rule[]> {
  return (await Promise.all((await filesIn('rules')).map(rulesIn))).flat();
}

export async function allAlerts(): Promise<readonly Alert[]> {
  return (await allRules()).filter(isAlert);
}

const isAlert = (rule: Rule): rule is Alert => rule.alert !== undefined;

/** What a test of promtool expects of an alert at one moment of its course. */
export interface Moment {
  readonly alert: string;
  /** Labels that tell rules of one alert apart, as the test has them. */
  readonly labels: string;
  readonly fires: boolean;
}

/** Of every test its moments, in order of time as they are written. */
export async function coursesIn(file: string): Promise<readonly (readonly Moment[])[]> {
  const { tests }: { readonly tests: readonly RuleTest[] } = parse(await readFile(file, 'utf8'));
  return tests.map(({ promql_expr_test }) => promql_expr_test.flatMap(momentOf));
}

interface RuleTest {
  readonly promql_expr_test: readonly { readonly expr: string; readonly exp_samples: readonly unknown[] }[];
}

function momentOf({ expr, exp_samples }: RuleTest['promql_expr_test'][number]): readonly Moment[] {
  const [, alert, labels = ''] = /ALERTS\{alertname="(\w+)",(.*)alertstate="firing"\}/.exec(expr) ?? [];
  return alert === undefined ? [] : [{ alert, labels, fires: exp_samples.length > 0 }];
}

export const nameOf = (file: string): string => basename(file);
