/** deploy/docker/Dockerfile: by its linter, and against the repository it is made of. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '@segment-store/services/python';
import { run } from '@segment-store/services/tool';
import { expect, test } from 'vitest';
import { readCompose } from './compose.ts';
import { readDockerfile } from './dockerfile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dockerfile = join(root, 'deploy/docker/Dockerfile');
const { stages, defaults } = await readDockerfile(dockerfile);
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const images = ['server', 'ingest', 'compute', 'rollout'] as const;

test('hadolint has nothing to say', async () => {
  const hadolint = join(dirname(await pythonWith('checks')), 'hadolint');
  await run(hadolint, ['--failure-threshold', 'style', '--no-color', dockerfile]);
});

test('Node and pnpm are those of the repository', () => {
  expect(defaults.get('NODE_IMAGE')).toBe(`node:${manifest.devDependencies.node}-bookworm-slim`);
  const [install] = stages.get('workspace')?.filter(({ keyword }) => keyword === 'RUN') ?? [];
  expect(install?.value).toBe(`npm install --global ${manifest.packageManager}`);
});

test.each(images)('%s runs as nobody, its program the first process of the container', (name) => {
  const of = (keyword: string) =>
    stages
      .get(name)
      ?.filter((one) => one.keyword === keyword)
      .map(({ value }) => value);
  expect(of('USER')).toEqual(['1000:1000']);
  expect(of('ENTRYPOINT')).toEqual([`["segment-${name}"]`]);
  expect(of('COPY')).toEqual([`--from=${name}-files /app /app`]);
  expect(of('RUN')?.join()).toContain(`ln -s /app/packages/${name}/src/main.ts /usr/local/bin/segment-${name}`);
});

test('compose builds targets that there are', async () => {
  const built = Object.values((await readCompose()).services).flatMap(({ build }) =>
    build === undefined ? [] : [build],
  );
  for (const { dockerfile: file, target } of built) {
    expect(join(root, file)).toBe(dockerfile);
    expect([...stages.keys()]).toContain(target);
  }
  expect(new Set(built.map(({ target }) => target))).toEqual(new Set(['server', 'ingest', 'compute']));
});
