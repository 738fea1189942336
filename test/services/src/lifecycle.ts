/** Elasticsearch's own reading of policies and roles: the modules that execute them are not published, their classes are. */
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { compile, findJava } from './java.ts';
import { jars } from './maven.ts';
import { run } from './tool.ts';

const recipe = join(import.meta.dirname, 'lifecycle');
const source = join(recipe, 'ParsePolicy.java');

/** A body of `PUT _ilm/policy/<name>`, `PUT _slm/policy/<name>`, `PUT _security/role/<name>`. */
export type Kind = 'ilm' | 'slm' | 'role';

/** What Elasticsearch 9.5.3 understands of a file that holds such a body; rejects as it would. */
export async function parsePolicy(kind: Kind, file: string): Promise<unknown> {
  const folders = [
    await jars('elasticsearch', join(import.meta.dirname, 'elasticsearch')),
    await jars('lifecycle', recipe),
  ];
  const listed = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((jar) => join(folder, jar))),
  );
  const classPath = listed.flat();
  const key = `lifecycle-${fingerprint(...classPath, await readFile(source))}`;
  const classes = await madeOnce(key, (into) => compile({ sources: [source], classPath, into }));
  const { executable } = await findJava();
  const path = [classes, ...classPath].join(delimiter);
  return JSON.parse(await run(executable, ['-classpath', path, 'ParsePolicy', kind, file]));
}
