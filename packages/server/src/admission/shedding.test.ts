import { expect, test } from 'vitest';
import { Account, InFlight } from './account.ts';
import { type CallerClass, callerClasses } from './admission.ts';
import { Shedding } from './shedding.ts';

const account = (ofClass: CallerClass) =>
  new Account({ class: ofClass, rate: undefined, workers: 1 }, new InFlight(1_000));

/** One look at the load after `asks` of each account; how many of its requests each had refused. */
function look(shedding: Shedding, accounts: readonly (readonly [Account, number])[], load: readonly [number, number]) {
  const refused = accounts.map(([one, asks]) => {
    let count = 0;
    for (let index = 0; index < asks; index++) {
      shedding.asked(one);
      if (shedding.against(one) !== undefined) count++;
    }
    return count;
  });
  shedding.update({ utilisation: load[0], delayMs: load[1], overMs: 100 });
  return refused;
}

const loads: readonly (readonly [string, number, number, readonly CallerClass[]])[] = [
  ['an idle loop', 0.1, 1, []],
  ['a loop with much to do', 0.79, 19, []],
  ['one that works 80 % of the time', 0.8, 1, ['best-effort']],
  ['one that always works and is late for nothing', 1, 5, ['best-effort']],
  ['one that is 20 ms late', 0.6, 20, ['best-effort']],
  ['one that works 90 % and is late', 0.9, 20, ['best-effort', 'normal']],
  ['one that is 40 ms late', 0.6, 40, ['best-effort', 'normal']],
  ['one that always works and is 80 ms late', 0.97, 80, ['best-effort', 'normal', 'critical']],
  ['a machine that is late while the loop is idle', 0.2, 500, []],
];
test.each(loads)('%s: utilisation %d, delay %d ms, refuses in the end %j', (_, utilisation, delayMs, classes) => {
  const shedding = new Shedding();
  const accounts = callerClasses.map((ofClass) => [account(ofClass), 20] as const);
  for (let index = 0; index < 20; index++) look(shedding, accounts, [utilisation, delayMs]);
  const refusing = callerClasses.filter((ofClass) => shedding.shares[ofClass] === 1);
  expect(new Set(refusing)).toEqual(new Set(classes));
  expect(Object.values(shedding.shares).filter((share) => share > 0).length).toBe(classes.length);
});

test('a single pause, however long, refuses nobody', () => {
  const shedding = new Shedding();
  const one = [[account('best-effort'), 50]] as const;
  look(shedding, one, [1, 2_000]);
  look(shedding, one, [0.2, 1]);
  look(shedding, one, [1, 2_000]);
  expect(shedding.shares['best-effort']).toBe(0);
});

test('a loop that is busy with other things than requests refuses nobody', () => {
  const shedding = new Shedding();
  for (let index = 0; index < 20; index++) look(shedding, [[account('normal'), 9]], [1, 200]);
  expect(shedding.shares.normal).toBe(0);
});

test('what is refused grows within half a second, and ends two seconds after the load', () => {
  const shedding = new Shedding();
  const one = [[account('best-effort'), 100]] as const;
  const refused: (readonly number[])[] = [];
  for (let index = 0; index < 6; index++) refused.push(look(shedding, one, [0.95, 5]));
  expect(refused.flat()).toEqual([0, 0, 50, 100, 100, 100]);
  for (let index = 0; index < 10; index++) look(shedding, one, [0.5, 1]);
  expect(shedding.shares['best-effort']).toBeCloseTo(0.5);
  for (let index = 0; index < 10; index++) look(shedding, one, [0.5, 1]);
  expect(shedding.shares['best-effort']).toBeCloseTo(0);
});

test('whoever asks for more than the average is refused first: one who does not is answered as before', () => {
  const shedding = new Shedding();
  const [greedy, modest] = [account('normal'), account('normal')];
  const asked = [
    [greedy, 500],
    [modest, 20],
  ] as const;
  const refused: (readonly number[])[] = [];
  for (let index = 0; index < 3; index++) refused.push(look(shedding, asked, [0.95, 30]));
  // The load goes as the greedy one is refused.
  refused.push(look(shedding, asked, [0.6, 5]));
  expect(refused.map(([, ofModest]) => ofModest)).toEqual([0, 0, 0, 0]);
  expect(refused.at(-1)?.[0]).toBe(500);
});
