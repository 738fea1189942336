/** What a log of changes promises, over every database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChangeLog } from './change-log.ts';
import type { Database } from './database.ts';

const at = new Date('2026-11-26T20:00:00Z');
const change = (subject: string, version: number) => ({ subject, version, by: 'k1', at, action: 'put', asked: '{}' });
const seen = (what: string) => () => JSON.stringify(what);

export function changeLogSuite(open: () => Promise<Database>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test('what counts is the newest entry of each subject, and what is newer than one knows', async () => {
    const log = createChangeLog(database);
    await log.append(change('a', 0), seen('one'));
    await log.append(change('b', 0), seen('b'));
    const last = await log.append(change('a', 1), (before) => `${before}2`);
    expect(last).toMatchObject({ subject: 'a', version: 2, seq: 3, after: '"one"2' });
    expect((await log.newest(0)).map(({ seq, after }) => [seq, after]).sort()).toEqual([
      [2, '"b"'],
      [3, '"one"2'],
    ]);
    expect(await log.newest(2)).toHaveLength(1);
    expect(await log.newest(3)).toEqual([]);
  });

  test('a change against another version is refused, and the message says which is there', async () => {
    const log = createChangeLog(database);
    await log.append(change('c', 0), seen('c'));
    await expect(log.append(change('c', 0), seen('again'))).rejects.toMatchObject({
      code: 'FENCED',
      message: expect.stringContaining('version 1 is there'),
    });
    await expect(log.append(change('d', 4), seen('d'))).rejects.toThrow('nothing is there yet (version 0)');
    const refusing = () => {
      throw new RangeError('not from here');
    };
    await expect(log.append(change('c', 1), refusing)).rejects.toThrow('not from here');
    expect((await log.history('c')).entries).toHaveLength(1);
  });

  test('of changes made at once, one of a subject wins, and those of others are all kept in one chain', async () => {
    const logs = [createChangeLog(database), createChangeLog(database)];
    const made = await Promise.allSettled([
      ...Array.from({ length: 6 }, (_, index) => logs[index % 2]?.append(change('raced', 0), seen(`${index}`))),
      ...Array.from({ length: 6 }, (_, index) => logs[index % 2]?.append(change(`own-${index}`, 0), seen('x'))),
    ]);
    const won = (some: typeof made) => some.filter(({ status }) => status === 'fulfilled').length;
    expect([won(made.slice(0, 6)), won(made.slice(6))]).toEqual([1, 6]);
    const { intact, entries } = await createChangeLog(database).history('raced');
    expect([intact, entries.length]).toEqual([true, 1]);
  });

  test.each([
    ['changed', `update segment_changes set by = 'somebody' where seq = 1`, `update segment_changes set by = 'k1'`],
    [
      'moved',
      'update segment_changes set version = 99 where seq = 1',
      'update segment_changes set version = 1 where seq = 1',
    ],
  ])('an entry that was %s is told of', async (_, spoil, mend) => {
    const log = createChangeLog(database);
    await log.append(change(`told-${Math.random()}`, 0), seen('x'));
    expect((await log.history('a')).intact).toBe(true);
    await database.query(spoil);
    expect((await log.history('a')).intact).toBe(false);
    await database.query(mend);
    expect((await log.history('a')).intact).toBe(true);
  });
}
