/** How much of the machine the SQL engine may take. */
import { access, constants } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { usage } from '@segment-store/cli/exit-code';
import { integer, type Option, text, toFlag, type Values } from '@segment-store/cli/option';
import { EngineError, openDuckDb } from './duckdb.ts';

type EngineSettings = {
  readonly memoryLimit: Option<string>;
  readonly threads: Option<number>;
  readonly tempDir: Option<string>;
  readonly maxTempSize: Option<string>;
};

export const engineOptions: EngineSettings = {
  memoryLimit: text({ placeholder: '<size>', fallback: memoryShare(), description: "the SQL engine's buffers" }),
  threads: integer({ fallback: availableParallelism(), min: 1, max: 1024, description: 'of the SQL engine' }),
  tempDir: text({ placeholder: '<dir>', fallback: tmpdir(), description: 'where the SQL engine spills' }),
  maxTempSize: text({ placeholder: '<size>', fallback: '20GB', description: 'how much it may spill' }),
};
type Given = Values<EngineSettings>;

const SIZE = /^\d+(\.\d+)?\s*[KMGT]i?B$/i;

/** @throws CommandError `usage` */
export async function openEngine(given: Given, signal: AbortSignal): ReturnType<typeof openDuckDb> {
  for (const name of ['memoryLimit', 'maxTempSize'] as const) {
    if (!SIZE.test(given[name])) throw usage(`${toFlag(name)} ${given[name]} is no size such as 512MB or 2GiB`);
  }
  const { memoryLimit, threads, tempDir, maxTempSize } = given;
  await access(tempDir, constants.W_OK).catch((cause) => {
    throw usage(`--temp-dir ${tempDir} is no directory to write to`, cause);
  });
  return openDuckDb({ memoryLimit, threads, tempDir, maxTempSize, signal });
}

/** An engine that had too little gets a way out; anything else stays as it is. */
export function outOfMemory(error: unknown, { memoryLimit, maxTempSize }: Given): unknown {
  if (!(error instanceof EngineError && error.outOfMemory)) return error;
  const limits = `--memory-limit ${memoryLimit} and --max-temp-size ${maxTempSize}`;
  return usage(`the SQL engine cannot do with ${limits}: raise one of them or lower --threads`, error);
}

/** 60 % of what the process may use: the engine's buffers are not all of it. */
function memoryShare(): string {
  const allowed = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  return `${Math.floor((allowed * 0.6) / 2 ** 20)}MiB`;
}
