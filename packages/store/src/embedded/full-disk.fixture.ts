/** A load in a process whose files may not grow: a disk that is full, for it alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { openStore } from '../open.ts';
import { callFor, claimNext, lineOf, linesOf, manifestOf, segmentsOf } from '../store.fixture.ts';

export interface FullDisk {
  /** Of every step that was tried after the disk was full. */
  readonly failures: readonly { readonly code: string; readonly message: string }[];
  /** The exit code of the process. */
  readonly code: number;
}

/** Blocks of 512 or 1,024 bytes, as the shell has it. */
const MOST_BLOCKS = 2_000;

export async function loadOnFullDisk(url: string, run: RunId): Promise<FullDisk> {
  const program = [process.execPath, fileURLToPath(import.meta.url), url, run];
  const child = spawn('sh', ['-c', `ulimit -f ${MOST_BLOCKS}; exec "$@"`, 'sh', ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { failures: JSON.parse(output || '[]'), code };
}

/** Fills one part until it fails, then tries everything else once. */
async function fill(url: string, run: RunId): Promise<FullDisk['failures']> {
  const store = openStore(url);
  const build = await store.writer.build(manifestOf(run), callFor());
  await build.catalogue(segmentsOf('s:1'));
  const claim = await claimNext(build);
  const write = (round: number) => {
    const texts = Array.from({ length: 2_000 }, (_, index) => lineOf(`customer-${round}-${index}`, ['s:1']));
    return claim.write(linesOf(claim.part, texts), callFor());
  };
  const failures: unknown[] = [];
  for (let round = 0; failures.length === 0 && round < 1_000; round += 1) {
    // Flushed meanwhile, as another part would be.
    const both = await Promise.allSettled([write(2 * round), write(2 * round + 1)]);
    failures.push(...both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
  }
  await write(-1).catch((error) => failures.push(error));
  await build[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  return failures.map((error) => ({ code: String(Reflect.get(Object(error), 'code')), message: String(error) }));
}

const [, program, url, run] = process.argv;
if (program === fileURLToPath(import.meta.url) && url !== undefined && run !== undefined) {
  process.stdout.write(JSON.stringify(await fill(url, parseRunId(run))));
}
