/** Nothing in the launch plan that does not exist: whoever follows it does so on a day with enough surprises. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { STEPS } from '../rehearsal/beside.ts';
import { readPlan } from '../rehearsal/plan.ts';
import { allAlerts } from './alerts.ts';
import { ownCommandsIn, wrongFlags } from './own-commands.ts';
import { readDocument, readReadme } from './run-books.ts';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFile(new URL(name, root), 'utf8');
const { text, fences } = await readDocument('launch-plan');
const ladder: { readonly stages: readonly { readonly name: string }[] } = JSON.parse(
  await read('deploy/launch/ladder.json'),
);

test('every fence is of a kind that the page explains, and a rehearsal knows what to do with', async () => {
  const steps = await readPlan();
  expect(steps.length).toBeGreaterThan(20);
  const named = steps.flatMap((step) => (step.kind === 'command' && step.name !== undefined ? [step.name] : []));
  expect(named.sort()).toEqual([...STEPS].sort());
});

test('commands of ours have only flags that they have', async () => {
  const commands = ownCommandsIn(text);
  expect(new Set(commands.map(({ program }) => program))).toEqual(new Set(['compute', 'ingest', 'rollout', 'server']));
  expect(await wrongFlags(commands)).toEqual([]);
});

test('variables are those that this page or the run-books explain', async () => {
  const explained = text + (await readReadme());
  const shell = fences.filter(({ kind }) => kind.startsWith('sh')).map((fence) => fence.text);
  const variables = new Set(shell.flatMap((one) => [...one.matchAll(/\$([A-Z_]+)/g)].map(([, name]) => name ?? '')));
  expect(variables.size).toBeGreaterThan(10);
  expect([...variables].filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
});

test('what npm is to run, what is linked and what is called by name is there', async () => {
  const { scripts } = JSON.parse(await read('package.json'));
  const wanted = [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name);
  expect(wanted.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = '']) => path);
  const written = links.filter((path) => path !== 'rehearsal.md'); // by a rehearsal
  expect(written.filter((path) => !existsSync(fileURLToPath(new URL(`docs/${path}`, root))))).toEqual([]);
  const alerts = (await allAlerts()).map(({ alert }) => alert);
  for (const [named] of text.matchAll(/\bSegment[A-Z][a-z]+[A-Z]\w+/g)) expect(alerts).toContain(named);
  const stages = ladder.stages.map(({ name }) => name);
  for (const [, stage] of text.matchAll(/--to ([a-z-]+)/g)) expect(stages).toContain(stage);
});
