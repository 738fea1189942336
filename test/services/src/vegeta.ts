/** vegeta, built by this machine's Go, which verifies the module and what it needs by the public checksum database. */
import { join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { MissingTool, run, tell, tool } from './tool.ts';

const MODULE = 'github.com/tsenart/vegeta/v12@v12.13.0';
/** The oldest Go that builds it, of 1. */
const OLDEST_MINOR = 22;

/** Path of the program. */
export async function vegeta(): Promise<string> {
  const folder = await madeOnce(`vegeta-${fingerprint(MODULE)}`, async (scratch) => {
    const go = await findGo();
    tell('building vegeta (once)');
    await run('env', [`GOBIN=${scratch}`, 'CGO_ENABLED=0', go, 'install', MODULE]);
  });
  return join(folder, 'vegeta');
}

async function findGo(): Promise<string> {
  const go = await tool({ command: 'go', packages: ['golang-go'] });
  const version = await run(go, ['version']);
  const minor = Number(/ go1\.(\d+)/.exec(version)?.[1]);
  if (minor >= OLDEST_MINOR) return go;
  throw new MissingTool(`${go} is ${version.trim()}: vegeta needs Go 1.${OLDEST_MINOR} or newer on the PATH`);
}
