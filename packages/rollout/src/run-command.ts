/** `segment-rollout run`: a ladder kept by a server, checks asked of Prometheus. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { requiredText, type Values } from '@segment-store/cli/option';
import { duration } from '@segment-store/cli/quantity';
import { baseUrlOf } from './base-url.ts';
import { keptBy, keptOptions } from './ladder/kept.ts';
import { asWritten, rehearsed } from './ladder/pace.ts';
import { type Ask, createAsk, QueryError } from './ladder/prometheus.ts';
import { type Service, ServiceError } from './ladder/service.ts';
import { walk } from './ladder/walk.ts';

const options = {
  ...keptOptions,
  prometheus: requiredText({ placeholder: '<url>', description: 'answers the queries of the checks' }),
  rehearse: duration({
    fallback: '0',
    description: 'hold every stage this long at most; 0: as long as the ladder says',
  }),
};
type Given = Values<typeof options>;

export const runCommand: AnyCommand = command({
  name: 'run',
  summary: 'Opens the stages of a rollout one after the other, watches each, and rolls back the one that does worse.',
  arguments: ['<rollout>'],
  options,
  examples: [
    'segment-rollout run new-checkout --server http://localhost:8080 --prometheus http://localhost:9090',
    'segment-rollout run new-checkout --server http://localhost:8080 --prometheus http://localhost:9090 --rehearse 30s',
  ],
  run: ({ args: [name = ''], options: given }, context) => run(name, given, context),
});

async function run(name: string, { prometheus, rehearse, ...kept }: Given, { say, signal }: Context) {
  const pace = rehearse === 0 ? asWritten : rehearsed(rehearse);
  const service = keptBy(name, kept);
  const ask = createAsk(baseUrlOf('--prometheus', prometheus));
  await tried(service, ask);
  const deps = {
    service,
    ask: unlessWrong(ask, (text) => say({ kind: 'warning', text })),
    pace,
    say,
    now: () => Date.now(),
    sleep: async (ms: number) => {
      await sleep(ms, undefined, { signal });
    },
  };
  const { stage, ladder } = await walk(deps);
  const text = `${name} is open up to its last stage, ${stage}${pace.remark}`;
  say({ kind: 'result', text, data: { rollout: name, stage, stages: ladder.stages.length, rehearsal: rehearse > 0 } });
}

/** Every query once, before anything opens. @throws CommandError exit 2, 6 */
async function tried(service: Service, ask: Ask): Promise<void> {
  const read = service.read().catch((error) => {
    const code = error instanceof ServiceError && error.isPassing ? exitCode.unavailable : exitCode.usage;
    throw new CommandError(code, error instanceof Error ? error.message : String(error), { cause: error });
  });
  const { ladder } = await read;
  const { candidate, baseline } = ladder.analysis ?? {};
  const arms = [candidate, baseline].filter((arm) => arm !== undefined);
  const checks = ladder.stages.flatMap(({ entry = [], during = [], exit = [] }) => [...entry, ...during, ...exit]);
  const queries = [...arms.flatMap((arm) => [arm.requests, arm.errors]), ...checks.map(({ query }) => query)];
  for (const query of queries) {
    await ask(query.replaceAll('$window', '60s')).catch((error) => {
      throw usage(`the ladder has a query that cannot be: ${error.message}`, error);
    });
  }
}

/** A query that went wrong on the way has no answer, which is no reason to go on. */
const unlessWrong =
  (ask: Ask, onTrouble: (text: string) => void): Ask =>
  (query) =>
    ask(query).catch((error) => {
      if (!(error instanceof QueryError)) throw error;
      onTrouble(error.message);
      return undefined;
    });
