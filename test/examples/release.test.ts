/** A release of the SDK, rehearsed on a copy: the next version, its changelog, and what the workflow makes of the tag. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JobResult, runJob } from '../support/github-job.ts';
import { workflowComplaints } from '../support/workflow-complaints.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workflow = await readFile(join(root, '.github/workflows/release.yml'), 'utf8');
const NOTE = `---
"@segment-store/sdk": minor
---

Answers are kept for twice as long.
`;

let copy = '';
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'release-'));
  const run = (program: string, ...args: readonly string[]) => promisify(execFile)(program, args, { cwd: copy });
  const { stdout } = await promisify(execFile)('git', ['ls-files'], { cwd: root });
  const needed = stdout
    .split('\n')
    .filter((path) => /^(\.changeset|packages\/sdk|scripts)\/|package\.json$|\.yaml$/.test(path));
  for (const path of needed) await cp(join(root, path), join(copy, path));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await writeFile(join(copy, '.changeset/twice-as-long.md'), NOTE);
  await run('git', 'init', '--quiet');
  await run('git', 'add', '--all', '--', '.', ':!node_modules');
  await run('git', '-c', 'user.name=x', '-c', 'user.email=x@localhost', 'commit', '--quiet', '-m', 'twice as long');
  await run(process.execPath, 'scripts/release.ts');
});
afterAll(() => rm(copy, { recursive: true }));

const sdk = (path: string): Promise<string> => readFile(join(copy, 'packages/sdk', path), 'utf8');

/** The steps of the workflow that come before the checks, for a tag. */
function beforeTheChecks(tag: string): Promise<JobResult> {
  const environment = {
    GITHUB_REF_NAME: tag,
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_REPOSITORY: 'shop/segments',
  };
  const without = ['Check the source', 'Check the tarball, on every runtime', 'Publish it'];
  return runJob(workflow, 'publish', { context: {}, environment, without, checkout: copy });
}

test('GitHub accepts the workflow, which trusts no action by its name and holds no secret', async () => {
  expect(await workflowComplaints(workflow)).toEqual([]);
  expect(workflow.match(/(?<=uses: )\S+/g)?.every((action) => /@[0-9a-f]{40}$/.test(action))).toBe(true);
  expect(workflow).not.toContain('secrets.');
});

test('a note makes the next version, its changelog and what the SDK calls itself', async () => {
  expect(JSON.parse(await sdk('package.json'))).toMatchObject({ version: '0.2.0' });
  expect(await sdk('src/version.ts')).toContain("VERSION = '0.2.0'");
  expect(await sdk('CHANGELOG.md')).toMatch(
    /## 0\.2\.0\n\n### Minor Changes\n\n- .*Answers are kept for twice as long\./,
  );
  await expect(readFile(join(copy, '.changeset/twice-as-long.md'))).rejects.toThrow('ENOENT');
});

test('nothing else gets a version', async () => {
  const { stdout } = await promisify(execFile)('git', ['diff', '--name-only'], { cwd: copy });
  expect(stdout.trim().split('\n').toSorted()).toEqual([
    '.changeset/twice-as-long.md',
    'packages/sdk/CHANGELOG.md',
    'packages/sdk/package.json',
    'packages/sdk/src/version.ts',
  ]);
});

test('a tag of another version publishes nothing; the right one says where the package comes from', async () => {
  expect(await beforeTheChecks('sdk-v0.1.0')).toMatchObject({ exitCode: 1 });
  expect(await beforeTheChecks('sdk-v0.2.0')).toMatchObject({ exitCode: 0 });
  const { repository } = JSON.parse(await sdk('package.json'));
  expect(repository).toEqual({ url: 'git+https://github.example/shop/segments.git', directory: 'packages/sdk' });
});
