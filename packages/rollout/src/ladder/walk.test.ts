import type { CommandEvent } from '@segment-store/cli/event';
import { expect, test } from 'vitest';
import { asWritten, rehearsed } from './pace.ts';
import { type Rollout, type Service, ServiceError, type Step } from './service.ts';
import { walk } from './walk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Ladder = Rollout['ladder'];
const check = (name: string) => ({ name, query: name, max: 1 });
const ladder = (fields: Partial<Ladder> = {}): Ladder => ({
  owner: 'team',
  stages: [
    { name: 'city', percent: 5, hold: 'PT1H' },
    { name: 'country', percent: 25, hold: 'PT2H' },
  ],
  ...fields,
});
const arm = (name: string) => ({ requests: `${name} requests`, errors: `${name} errors` });
const analysis = { candidate: arm('candidate'), baseline: arm('baseline'), minRequests: 100 };
/** What Prometheus says when all is well. */
const well: Readonly<Record<string, number | undefined>> = {
  'candidate requests': 1_000,
  'candidate errors': 2,
  'baseline requests': 1_000,
  'baseline errors': 2,
};

interface World {
  readonly ladder?: Ladder;
  /** Of a query; a function of the minute since the start. */
  answers?(query: string, minute: number): number | undefined;
  /** Happens once that many minutes have gone. */
  readonly happens?: readonly (readonly [minute: number, change: (rollout: Rollout) => Rollout])[];
  readonly signOffsMissing?: number;
  /** Minutes in which the server does not answer. */
  readonly away?: readonly [number, number];
}

/** A server that keeps the rollout, and a clock that only sleep turns. */
function world(given: World) {
  const all = given.ladder ?? ladder();
  const steps: (Step & { readonly minute: number })[] = [];
  const events: CommandEvent[] = [];
  const happens = [...(given.happens ?? [])];
  let [now, open] = [0, 0];
  const next = (missing = given.signOffsMissing ?? 0) => {
    const stage = all.stages[open]?.name;
    return stage === undefined ? {} : { next: { stage, signOffsMissing: missing } };
  };
  const at = () => new Date(now).toISOString();
  let rollout: Rollout = { name: 'r', version: 1, ladder: all, state: 'planned', since: at(), ...next() };
  const changed = (fields: Partial<Rollout>) => {
    rollout = { ...rollout, version: rollout.version + 1, since: at(), ...fields };
    return rollout;
  };
  const answering = () => {
    const [from, to] = given.away ?? [Number.POSITIVE_INFINITY, 0];
    if (now / MINUTE >= from && now / MINUTE < to) throw new ServiceError(0, 'the server does not answer');
    while (happens[0] !== undefined && happens[0][0] * MINUTE <= now)
      rollout = happens.shift()?.[1](rollout) ?? rollout;
  };
  const service: Service = {
    async read() {
      answering();
      return rollout;
    },
    async step(step, version) {
      answering();
      if (version !== rollout.version) throw new ServiceError(412, 'another version is there');
      steps.push({ ...step, minute: now / MINUTE });
      if (step.action === 'halt') return changed({ state: 'halted', why: step.reason });
      const to = all.stages.findIndex(({ name }) => name === step.to);
      open = step.action === 'advance' ? open + 1 : to + 1;
      const { next: _, stage: __, ...rest } = rollout;
      rollout = rest;
      const stage = all.stages[open - 1]?.name;
      const state = step.action === 'advance' ? 'open' : 'halted';
      return changed({ state, ...(stage !== undefined && { stage }), ...next() });
    },
  };
  return {
    steps,
    events,
    minutes: () => now / MINUTE,
    deps: {
      service,
      ask: async (query: string) => (given.answers ?? ((name) => well[name] ?? 0))(query, now / MINUTE),
      say: (event: CommandEvent) => events.push(event),
      now: () => now,
      sleep: async (ms: number) => {
        now += Math.max(1, ms);
      },
    },
  };
}

const climbed = (given: World, pace = asWritten) => {
  const { deps, ...seen } = world(given);
  return walk({ ...deps, pace }).then(
    (rollout) => ({ ...seen, rollout, exitCode: 0, message: '' }),
    ({ exitCode, message }) => ({ ...seen, rollout: undefined, exitCode, message }),
  );
};

test('every stage is held as long as it says, then the next one opens', async () => {
  const { rollout, steps, minutes } = await climbed({ ladder: ladder({ analysis }) });
  expect(rollout).toMatchObject({ state: 'open', stage: 'country' });
  expect(steps).toMatchObject([
    { action: 'advance', to: 'city', minute: 0 },
    { action: 'advance', to: 'country', minute: 60 },
  ]);
  expect(minutes()).toBeCloseTo(180, 0);
});

test('in rehearsal stages are held for less, and every step says so', async () => {
  const { steps, events, minutes } = await climbed({}, rehearsed(30_000));
  expect(minutes()).toBeCloseTo(1, 1);
  expect(steps.every(({ reason }) => reason.includes('rehearsal: stages are held for 30 s'))).toBe(true);
  expect(JSON.stringify(events)).toContain('in earnest it is PT2H');
});

test('a stage that does worse than its baseline is closed within a look: the one below stays open', async () => {
  const worse = (query: string, minute: number) => (query === 'candidate errors' && minute >= 90 ? 40 : well[query]);
  const { exitCode, message, steps } = await climbed({ ladder: ladder({ analysis }), answers: worse });
  expect(steps.at(-1)).toMatchObject({
    action: 'roll-back',
    to: 'city',
    reason: expect.stringContaining('40 of 1000'),
  });
  expect(steps.at(-1)?.minute).toBeLessThanOrEqual(91);
  expect([exitCode, message]).toEqual([4, expect.stringContaining('open up to city')]);
});

test('of the first stage, nothing stays open', async () => {
  const worse = (query: string) => (query === 'candidate errors' ? 40 : well[query]);
  const { steps, message } = await climbed({ ladder: ladder({ analysis }), answers: worse });
  expect(steps.at(-1)).toMatchObject({ action: 'roll-back', reason: expect.stringContaining('city') });
  expect(steps.at(-1)).not.toHaveProperty('to');
  expect(message).toContain('nothing is open');
});

test('as many bad verdicts as the ladder allows are forgiven', async () => {
  const once = (query: string, minute: number) => (query === 'candidate errors' && minute === 5 ? 40 : well[query]);
  const forgiving = { ...analysis, failureLimit: 1 };
  expect((await climbed({ ladder: ladder({ analysis: forgiving }), answers: once })).exitCode).toBe(0);
  expect((await climbed({ ladder: ladder({ analysis }), answers: once })).exitCode).toBe(4);
});

test('where nothing can be found out nobody goes on; too often, it is halted as it is', async () => {
  const blind = (query: string, minute: number) => (minute >= 30 ? undefined : well[query]);
  const impatient = { ...analysis, inconclusiveLimit: 100 };
  const { exitCode, message, steps, minutes } = await climbed({
    ladder: ladder({ analysis: impatient }),
    answers: blind,
  });
  expect(steps.map(({ action }) => action)).toEqual(['advance', 'halt']);
  expect([exitCode, message]).toEqual([4, expect.stringContaining('open up to city')]);
  expect(minutes()).toBeGreaterThan(120); // longer than the stage is held
});

test('a stage with too few requests is held on until there are enough', async () => {
  const slow = (query: string, minute: number) => (query.endsWith('requests') ? minute * 0.5 : 0);
  const { steps, exitCode } = await climbed({ ladder: ladder({ analysis }), answers: slow });
  expect(exitCode).toBe(0);
  expect(steps[1]?.minute).toBeGreaterThanOrEqual(200);
});

test('a check that is to hold during a stage closes it at the next look, hours before its end, and is named', async () => {
  const [city, country] = ladder().stages;
  if (city === undefined || country === undefined) throw new Error('two stages');
  const called = ladder({ stages: [city, { ...country, during: [check('called')] }], analysis });
  const answers = (query: string, minute: number) => (query === 'called' && minute >= 70 ? 2 : (well[query] ?? 0));
  const { steps, exitCode, message } = await climbed({ ladder: called, answers });
  expect(steps.at(-1)).toMatchObject({ action: 'roll-back', to: 'city', minute: expect.closeTo(70, 0) });
  expect([exitCode, message]).toEqual([4, expect.stringContaining('called 2; ≤ 1')]);
});

test('people read what a stage was found to be, once, however long it waits for a sign-off', async () => {
  const { events } = await climbed({ ladder: ladder({ analysis }) });
  const notes = events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));
  expect(notes).toEqual([
    'city: held, all is good: analysis candidate 2 of 1000, baseline 2 of 1000',
    'country: held, all is good: analysis candidate 2 of 1000, baseline 2 of 1000',
  ]);
});

test('an exit check that fails closes the stage, an entry check that fails keeps it closed', async () => {
  const [city, country] = ladder().stages;
  if (city === undefined || country === undefined) throw new Error('two stages');
  const exit = ladder({ stages: [city, { ...country, exit: [check('late')] }] });
  const closed = await climbed({ ladder: exit, answers: () => 2 });
  expect(closed.steps.at(-1)).toMatchObject({ action: 'roll-back', to: 'city', minute: expect.closeTo(180, 0) });

  const entry = ladder({ stages: [city, { ...country, entry: [check('late')] }] });
  const waited = await climbed({ ladder: entry, answers: (_, minute) => (minute < 300 ? 2 : 1) });
  expect(waited.steps[1]).toMatchObject({ action: 'advance', to: 'country', minute: expect.closeTo(300, 0) });
});

test('a stage opens when its sign-offs are there; whom to ask is told', async () => {
  const signed = (rollout: Rollout): Rollout => ({
    ...rollout,
    version: rollout.version + 1,
    next: { stage: 'city', signOffsMissing: 0 },
  });
  const { steps, events } = await climbed({
    signOffsMissing: 1,
    happens: [[10, signed]],
    ladder: ladder({ stages: [{ name: 'city', percent: 5, hold: 'PT1H' }] }),
  });
  expect(steps).toMatchObject([{ action: 'advance', minute: expect.closeTo(10, 0) }]);
  expect(JSON.stringify(events)).toContain('waits for 1 sign-offs; ask team');
});

test('a sign-off that comes while the stage below is held costs no round', async () => {
  const signed = (rollout: Rollout): Rollout => ({
    ...rollout,
    version: rollout.version + 1,
    next: { stage: rollout.stage === undefined ? 'city' : 'country', signOffsMissing: 0 },
  });
  const { steps } = await climbed({
    signOffsMissing: 1,
    happens: [
      [0, signed],
      [30, signed],
    ],
  });
  expect(steps).toMatchObject([{ to: 'city' }, { to: 'country', minute: expect.closeTo(60, 1) }]);
});

test('while the next stage waits, bad verdicts add up, good ones between them or not', async () => {
  const bad = (query: string, minute: number) =>
    query === 'candidate errors' && minute > 60 && Math.round(minute) % 10 === 0 ? 40 : well[query];
  const { steps } = await climbed({
    ladder: ladder({ analysis: { ...analysis, failureLimit: 2 } }),
    answers: bad,
    happens: [
      [0, (rollout) => ({ ...rollout, next: { stage: 'city', signOffsMissing: 0 } })],
      [200, (rollout) => ({ ...rollout, version: 9, state: 'halted', why: 'nobody signs off' })],
    ],
    signOffsMissing: 1,
  });
  expect(steps.at(-1)).toMatchObject({ action: 'roll-back', minute: expect.closeTo(90, 0) });
});

test('a stage that somebody keeps from opening is not told as begun', async () => {
  const { deps, events } = world({});
  const service: Service = {
    ...deps.service,
    async step(step, version) {
      await deps.service.step({ action: 'halt', reason: 'we see errors' }, version);
      return deps.service.step(step, version);
    },
  };
  await expect(walk({ ...deps, service, pace: asWritten })).rejects.toThrow('we see errors');
  expect(events.filter(({ kind }) => kind === 'item')).toEqual([]);
});

test('somebody who halts it meanwhile is obeyed', async () => {
  const halted = (rollout: Rollout): Rollout => ({ ...rollout, version: 9, state: 'halted', why: 'we see errors' });
  const { exitCode, message, steps, minutes } = await climbed({ happens: [[20, halted]] });
  expect([exitCode, message]).toEqual([4, expect.stringContaining('we see errors')]);
  expect(steps).toHaveLength(1);
  expect(minutes()).toBeLessThanOrEqual(22);
});

test('a server that is away when a stage must close is asked until it is back', async () => {
  const worse = (query: string, minute: number) => (query === 'candidate errors' && minute >= 20 ? 40 : well[query]);
  const { steps } = await climbed({ ladder: ladder({ analysis }), answers: worse, away: [20, 20.5] });
  expect(steps.at(-1)).toMatchObject({ action: 'roll-back', minute: expect.closeTo(20.5, 0) });
  const gone = await climbed({ ladder: ladder({ analysis }), answers: worse, away: [20, 900] });
  expect(gone.exitCode).toBe(6);
});

test('a stage that is open already is held on from where it is', async () => {
  const { deps, steps, minutes } = world({});
  await deps.service.step({ action: 'advance', to: 'city', reason: 'x' }, 1);
  await deps.sleep(50 * MINUTE);
  await walk({ ...deps, pace: asWritten });
  expect(steps[1]).toMatchObject({ to: 'country', minute: expect.closeTo(60, 0) });
  expect(minutes() * MINUTE).toBeLessThan(3.2 * HOUR);
});
