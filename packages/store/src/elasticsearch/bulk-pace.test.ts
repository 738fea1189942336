import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { beforeEach, describe, expect, test } from 'vitest';
import { BulkPace, type PaceCaps } from './bulk-pace.ts';

const MB = 1_000_000;

/** Bytes a millisecond a store takes in at a setting. */
type Speed = (setting: PaceCaps) => number;

let time: ManualTime;
/** Of a bulk's time. */
const UNSTEADY = 0.2;
let bulks = 0;

beforeEach(() => {
  time = manualTime();
  bulks = 0;
});

/** A store of about that speed, never steady, fed for so long by a source that always waits. */
async function load(pace: BulkPace, speed: Speed, seconds: number, isFull = true): Promise<void> {
  const until = time.now() + seconds * 1000;
  let underWay = 0;
  const depart = () => {
    for (; underWay < pace.inFlight && time.now() < until; underWay += 1) {
      const { bytes, inFlight } = pace;
      const sent = { bytes, at: pace.now(), isFull };
      const steady = (bytes * inFlight) / speed({ bytes, inFlight });
      time.after(steady * (1 + UNSTEADY * Math.sin(bulks++)), () => {
        underWay -= 1;
        pace.stored(sent);
        depart();
      });
    }
  };
  depart();
  await time.advance(seconds * 1000);
}

const settingOf = ({ bytes, inFlight }: BulkPace) => ({ bytes, inFlight });

describe('a pace', () => {
  test('starts at 1 MB, two at once, or below that when the caps are', () => {
    expect(settingOf(new BulkPace({ bytes: 5 * MB, inFlight: 8 }, time))).toEqual({ bytes: MB, inFlight: 2 });
    expect(settingOf(new BulkPace({ bytes: 300_000, inFlight: 1 }, time))).toEqual({ bytes: 300_000, inFlight: 1 });
  });

  test('stays where it started when nothing is faster', async () => {
    const pace = new BulkPace({ bytes: 10 * MB, inFlight: 8 }, time);
    await load(pace, () => 20_000, 60);
    expect(settingOf(pace)).toEqual({ bytes: MB, inFlight: 2 });
  });

  test.each<[string, Speed]>([
    ['larger bulks', ({ bytes }) => 100_000 * (bytes / (bytes + MB))],
    ['more at once', ({ inFlight }) => 100_000 * (inFlight / (inFlight + 3))],
    ['both', ({ bytes, inFlight }) => 100_000 * (bytes / (bytes + MB)) * (inFlight / (inFlight + 2))],
    ['two small ones', ({ bytes, inFlight }) => 50_000 / (bytes / MB + Math.abs(inFlight - 2))],
  ])('reaches 90 % of the best setting within a minute for a store that likes %s', async (_, speed) => {
    const caps = { bytes: 5 * MB, inFlight: 8 };
    const pace = new BulkPace(caps, time);
    await load(pace, speed, 60);
    const all = Array.from({ length: 8 }, (_, at) => at + 1).flatMap((inFlight) =>
      Array.from({ length: 20 }, (_, at) => speed({ bytes: ((at + 1) / 4) * MB, inFlight })),
    );
    expect(speed(pace) / Math.max(...all)).toBeGreaterThan(0.9);
  });

  test('is at its largest within two seconds where larger ones are much faster', async () => {
    const pace = new BulkPace({ bytes: 8 * MB, inFlight: 2 }, time);
    await load(pace, ({ bytes }) => 200_000 * (bytes / (bytes + 8 * MB)), 2);
    expect(settingOf(pace)).toEqual({ bytes: 8 * MB, inFlight: 2 });
  });

  test('never passes its caps', async () => {
    const pace = new BulkPace({ bytes: 2 * MB, inFlight: 3 }, time);
    let most = { bytes: 0, inFlight: 0 };
    const greedy: Speed = ({ bytes, inFlight }) => {
      most = { bytes: Math.max(most.bytes, bytes), inFlight: Math.max(most.inFlight, inFlight) };
      return (bytes * inFlight) / 100;
    };
    await load(pace, greedy, 120);
    expect([most, settingOf(pace)]).toEqual([
      { bytes: 2 * MB, inFlight: 3 },
      { bytes: 2 * MB, inFlight: 3 },
    ]);
  });

  test('asks for no more than a source gives', async () => {
    const pace = new BulkPace({ bytes: 10 * MB, inFlight: 8 }, time);
    await load(pace, ({ bytes, inFlight }) => (bytes * inFlight) / 100, 60, false);
    expect(settingOf(pace)).toEqual({ bytes: MB, inFlight: 2 });
  });

  test('comes back when the store has become faster with more at once', async () => {
    const pace = new BulkPace({ bytes: MB, inFlight: 8 }, time);
    await load(pace, () => 20_000, 60);
    await load(pace, ({ inFlight }) => 20_000 * inFlight, 180);
    expect(pace.inFlight).toBe(8);
  });
});

describe('a refusal', () => {
  const sent = (pace: BulkPace, bytes = pace.bytes) => ({ bytes, at: pace.now(), isFull: true });

  test('of too many takes three of ten away, once for all that were under way', async () => {
    const pace = new BulkPace({ bytes: MB, inFlight: 20 }, time);
    await load(pace, ({ inFlight }) => 10_000 * inFlight, 100);
    expect(pace.inFlight).toBe(20);
    const together = [sent(pace), sent(pace), sent(pace)];
    await time.advance(10);
    for (const one of together) pace.busy(one);
    expect(pace.inFlight).toBe(14);
    await time.advance(10);
    pace.busy(sent(pace));
    expect(pace.inFlight).toBe(9);
  });

  test('of too many of one alone makes it smaller, and never ends the load', async () => {
    const pace = new BulkPace({ bytes: MB, inFlight: 8 }, time);
    for (let times = 0; times < 10; times += 1) {
      await time.advance(1000);
      pace.busy(sent(pace));
    }
    expect(settingOf(pace)).toEqual({ bytes: 50_000, inFlight: 1 });
  });

  test('as too large halves, and no bulk is that large again', async () => {
    const pace = new BulkPace({ bytes: 5 * MB, inFlight: 2 }, time);
    let most = 0;
    const larger: Speed = ({ bytes }) => {
      most = Math.max(most, bytes);
      return bytes / 100;
    };
    await load(pace, larger, 60);
    expect(most).toBe(5 * MB);
    pace.tooLarge(sent(pace, 5 * MB));
    expect(pace.bytes).toBe(2.5 * MB);
    most = 0;
    await load(pace, larger, 300);
    expect(most).toBe(2.5 * MB);
  });

  test('as too large of what is small already is believed', () => {
    const pace = new BulkPace({ bytes: 5 * MB, inFlight: 2 }, time);
    pace.tooLarge(sent(pace, 50_000));
    expect(pace.bytes).toBe(25_000);
  });
});
