import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { badStores } from './bad-input.cases.ts';
import { openStore } from './open.ts';
import { callFor, manifestOf, runAt } from './store.fixture.ts';

let directory: string;
const ends: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store.'));
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await rm(directory, { recursive: true, force: true });
});

describe.each(badStores)('$what', ({ prepare, code, names, retryable = false, withinMs = 5_000 }) => {
  test('is refused by name, whoever asks', { timeout: 30_000 }, async () => {
    const url = await prepare({ directory, onEnd: (end) => ends.push(end) });
    await using store = openStore(url);
    const startedAt = performance.now();
    const attempts = await Promise.allSettled([
      store.publisher.live(),
      store.reader.open(runAt(1), callFor()),
      store.writer.build(manifestOf(runAt(1)), callFor()),
    ]);
    const failures = attempts.map((attempt) => attempt.status === 'rejected' && attempt.reason);
    for (const failure of failures) expect(failure).toMatchObject({ name: 'Failure', code, retryable });
    for (const failure of failures) for (const name of names) expect(failure.message).toContain(name);
    expect(performance.now() - startedAt).toBeLessThan(withinMs);
  });
});
