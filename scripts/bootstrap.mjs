// Any Node ≥ 20 and npm → what package.json pins: pnpm (fetched by npx) and Node 24 (an npm package among the
// dependencies). Installs only when something changed. Further arguments are a pnpm command to run afterwards.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const STAMP = join(root, 'node_modules/.installed');
const NODE = join(root, 'node_modules/node/bin/node');

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node ${process.versions.node} is too old to start from: install Node 20 or newer`, 2);
}
const wanted = fingerprint();
if (!existsSync(NODE) || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) install();
if (process.argv.length > 2) process.exit(pnpm(process.argv.slice(2), 'inherit').status ?? 1);

function install() {
  process.stderr.write('Installing dependencies (the first time takes about a minute) …\n');
  const { status, stdout, stderr } = pnpm(['install', '--frozen-lockfile'], 'pipe');
  if (status !== 0) fail(`${stdout}${stderr}\npnpm install failed; is the npm registry reachable?`, status ?? 1);
  const { stdout: version } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  if (!version?.startsWith('v24.')) fail(`${NODE} is not Node 24: remove node_modules and run this again`, 1);
  writeFileSync(STAMP, wanted);
}

function pnpm(args, stdio) {
  const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  return spawnSync('npx', ['--yes', pinned, ...args], {
    cwd: root,
    stdio,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
  });
}

function fingerprint() {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
