/** Answers from memory: against the least a server can do, and against ours without figures and log. */
import { join } from 'node:path';
import { withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { checkAlike, keepAnswers } from './answers.ts';
import { openArena } from './arena.ts';
import { startBare } from './bare.ts';
import { ask, duel } from './duel.ts';
import { startOurs } from './ours.ts';

/** Room for everybody. */
const LARGE = ['--cache-mb', '256'];

await using arena = await openArena();
const { root, store, load } = arena;
await using ours = await startOurs({ root, store, flags: LARGE });
const answers = await keepAnswers(ours, root);
const rate = {
  load,
  unit: 'requests/s',
  better: 'higher',
  figure: ({ perSecond }: { perSecond: number }) => perSecond,
} as const;

await attempt('cached-vs-hono', async () => {
  using hono = await startBare('hono', answers);
  await checkAlike(ours, hono);
  report(await duel({ ...rate, name: 'cached-vs-hono', goal: 0.95, candidate: ours, baseline: hono }));
});

await attempt('cached-vs-node-http', async () => {
  using http = await startBare('node-http', answers);
  await checkAlike(ours, http);
  report(await duel({ ...rate, name: 'cached-vs-node-http', goal: 0.7, candidate: ours, baseline: http }));
});

await attempt('telemetry-cost', async () => {
  const preload = join(import.meta.dirname, 'untold.ts');
  // Both new: code that has run longer is faster.
  await using told = await startOurs({ root, store, flags: LARGE });
  await using untold = await startOurs({ root, store, flags: LARGE, preload });
  for (const server of [told, untold]) await keepAnswers(server, root);
  if ((await untold.figure('http_server_request_duration_seconds_count')) > 0) throw new Error('it is measured');
  const cost = {
    name: 'telemetry-cost',
    unit: 'µs CPU',
    goal: 1.05,
    figure: ({ cpuMicros }: { cpuMicros: number }) => cpuMicros,
  };
  report(await duel({ ...cost, load, candidate: told, baseline: untold }));
});

await attempt('two-workers-vs-one', async () => {
  await using two = await startOurs({ root, store, flags: [...LARGE, '--workers', '2'] });
  for (let time = 0; time < 3; time += 1) await ask(load, two);
  const row = await duel({ ...rate, name: 'two-workers-vs-one', goal: 1, candidate: two, baseline: ours });
  report(withFigures(row, { ...row.beside, workers: 2 }));
});
