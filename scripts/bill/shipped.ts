/** What is shipped with a program of ours: every package that it needs in production, by the lockfile. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** `sha512-…`, base64; undefined for a package of ours. */
  readonly integrity: string | undefined;
  /** As its package.json says; undefined where it is not installed: a binary for another machine, or a package without one. */
  readonly licence: string | undefined;
  readonly isOurs: boolean;
  /** What it needs, as in `id`. */
  readonly needs: readonly string[];
}

/** `name@version` */
export const id = ({ name, version }: Pick<Shipped, 'name' | 'version'>): string => `${name}@${version}`;

type Versions = Readonly<Record<string, string>>;
type Declared = Readonly<Record<string, { readonly version: string }>>;
interface Importer {
  readonly dependencies?: Declared;
  readonly devDependencies?: Declared;
}
interface Lock {
  readonly importers: Readonly<Record<string, Importer>>;
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity: string } }>>;
  readonly snapshots: Readonly<
    Record<string, { readonly dependencies?: Versions; readonly optionalDependencies?: Versions }>
  >;
}

const MODULES = 'node_modules/.pnpm';
const LOCK: Lock = parse(readFileSync('pnpm-lock.yaml', 'utf8'));
const INSTALLED = readdirSync(MODULES);

/** Below packages/: what has a bill of its own. */
export const PROGRAMS = ['server', 'ingest', 'compute', 'rollout', 'sdk'] as const;

/** `packages/server` → itself first, then what it needs. */
export function shippedWith(folder: string): readonly Shipped[] {
  const found = new Map<string, Shipped>();
  const ours = (path: string): Shipped => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const key = id({ name, version });
    const known = found.get(key);
    if (known !== undefined) return known;
    const needs: string[] = [];
    const shipped = { name, version, integrity: undefined, licence: license, isOurs: true, needs };
    found.set(key, shipped);
    for (const [dependency, at] of neededBy(path)) {
      needs.push(id(at.startsWith('link:') ? ours(join(path, at.slice('link:'.length))) : theirs(dependency, at)));
    }
    return shipped;
  };
  const theirs = (name: string, at: string): Shipped => {
    const version = at.replace(/\(.*/, '');
    const known = found.get(id({ name, version }));
    if (known !== undefined) return known;
    const { integrity } = LOCK.packages[id({ name, version })]?.resolution ?? unlisted(name, at);
    const needs: string[] = [];
    const shipped = { name, version, integrity, licence: licenceOf(name, version), isOurs: false, needs };
    found.set(id(shipped), shipped);
    const { dependencies, optionalDependencies } = LOCK.snapshots[`${name}@${at}`] ?? unlisted(name, at);
    for (const one of Object.entries({ ...dependencies, ...optionalDependencies })) needs.push(id(theirs(...one)));
    return shipped;
  };
  ours(folder);
  return [...found.values()];
}

/** Its dependencies, and what is in its bundle: tools of developers by package.json, named in NOTICE as licences ask. */
function neededBy(path: string): readonly (readonly [string, string])[] {
  const { dependencies = {}, devDependencies = {} } = LOCK.importers[path] ?? {};
  const notice = join(path, 'NOTICE');
  const named = existsSync(notice) ? readFileSync(notice, 'utf8').split(/[\s,]+/) : [];
  const bundled = Object.entries(devDependencies).filter(([name]) => named.includes(name));
  return [...Object.entries(dependencies), ...bundled].map(([name, { version }]) => [name, version]);
}

function unlisted(name: string, version: string): never {
  throw new Error(`pnpm-lock.yaml has no ${name}@${version}`);
}

/** pnpm's folder of a package is its id, with its peers behind an underscore. */
function licenceOf(name: string, version: string): string | undefined {
  const folder = `${name.replace('/', '+')}@${version}`;
  const installed = INSTALLED.find((one) => one === folder || one.startsWith(`${folder}_`));
  const file = join(MODULES, installed ?? folder, 'node_modules', name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).license : undefined;
}
