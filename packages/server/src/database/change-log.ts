/**
 * The log of what people changed: entries are only ever added, each with a hash over itself and the entry before it. What
 * counts of a subject is what its newest entry says.
 */
import { createHash } from 'node:crypto';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Database, Row } from './database.ts';

export interface Change {
  /** What is changed: `rollout:new-checkout`. */
  readonly subject: string;
  /** That the caller judged; 0 for a subject that is not there yet. */
  readonly version: number;
  readonly by: string;
  readonly at: Date;
  readonly action: string;
  /** What was asked for besides; JSON. */
  readonly asked: string;
}

export interface Entry extends Change {
  /** Over all subjects, without gaps, from 1. */
  readonly seq: number;
  /** The whole subject after the change; JSON. */
  readonly after: string;
  readonly hash: string;
}

export interface ChangeLog {
  /** The newest entry of each subject that has one after `seq`. */
  newest(afterSeq: number): Promise<readonly Entry[]>;
  /** Oldest first. `intact`: below the newest entry, none of any subject was changed, removed or put between. */
  history(subject: string): Promise<{ readonly intact: boolean; readonly entries: readonly Entry[] }>;
  /**
   * `next` makes of the subject, undefined if it is not there yet, what it becomes.
   * @throws Failure `FENCED` when another version is there than `change.version`; what `next` throws
   */
  append(change: Change, next: (before: string | undefined) => string): Promise<Entry>;
}

const TABLE = `create table if not exists segment_changes (
  seq bigint primary key,
  subject text not null,
  version integer not null,
  at text not null,
  by text not null,
  action text not null,
  asked text not null,
  after text not null,
  hash text not null,
  unique (subject, version)
)`;
const COLUMNS = 'seq, subject, version, at, by, action, asked, after, hash';
const TRIES = 20;

export function createChangeLog(database: Database): ChangeLog {
  let ready: Promise<unknown> | undefined;

  /** The first time it answers; several servers may make the table at once. */
  function made(): Promise<unknown> {
    ready ??= database.query(TABLE).catch((error) => {
      ready = undefined;
      if (!isTaken(error)) throw error;
    });
    return ready;
  }

  async function entries(where: string, values: readonly unknown[] = []): Promise<readonly Entry[]> {
    await made();
    return (await database.query(`select ${COLUMNS} from segment_changes ${where}`, values)).map(toEntry);
  }

  async function append(change: Change, next: (before: string | undefined) => string): Promise<Entry> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const [[last], [before]] = await Promise.all([
        entries('order by seq desc limit 1'),
        entries('where subject = $1 order by version desc limit 1', [change.subject]),
      ]);
      if ((before?.version ?? 0) !== change.version) throw fenced(change, before);
      const after = next(before?.after);
      const entry = { ...change, version: change.version + 1, seq: (last?.seq ?? 0) + 1, after };
      const chained = { ...entry, hash: hashOf(entry, last?.hash ?? '') };
      if (await added(chained)) return chained;
    }
    throw new Failure('UNAVAILABLE', `${TRIES} others wrote before this change each time`, { retryable: true });
  }

  /** False when somebody was faster. */
  async function added({ seq, subject, version, at, by, action, asked, after, hash }: Entry): Promise<boolean> {
    const sql = `insert into segment_changes (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
    const values = [seq, subject, version, at.toISOString(), by, action, asked, after, hash];
    return database.query(sql, values).then(
      () => true,
      (error) => {
        if (isTaken(error)) return false;
        throw error;
      },
    );
  }

  return {
    append,
    newest: (seq) =>
      entries('where seq in (select max(seq) from segment_changes where seq > $1 group by subject)', [seq]),
    async history(subject) {
      const all = await entries('order by seq');
      return { intact: isIntact(all), entries: all.filter((entry) => entry.subject === subject) };
    },
  };
}

type Unchained = Omit<Entry, 'hash'>;

function hashOf({ seq, subject, version, at, by, action, asked, after }: Unchained, hashBefore: string): string {
  const facts = [hashBefore, seq, subject, version, at.toISOString(), by, action, asked, after];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

function isIntact(all: readonly Entry[]): boolean {
  return all.every((entry, index) => {
    const before = all[index - 1]?.hash ?? '';
    return entry.seq === index + 1 && entry.hash === hashOf(entry, before);
  });
}

function toEntry(row: Row): Entry {
  const { seq, subject, version, at, by, action, asked, after, hash } = row;
  return {
    seq: Number(seq),
    subject: String(subject),
    version: Number(version),
    at: new Date(String(at)),
    by: String(by),
    action: String(action),
    asked: String(asked),
    after: String(after),
    hash: String(hash),
  };
}

const isTaken = (error: unknown): boolean => isFailure(error) && error.code === 'TAKEN';

function fenced({ version }: Change, before: Entry | undefined): Failure {
  const now = before === undefined ? 'nothing is there yet (version 0)' : `version ${before.version} is there`;
  return new Failure('FENCED', `the change was made against version ${version}, but ${now}: read it again`);
}
