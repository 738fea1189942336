/** The files a page refers to. Their names hold a hash of them, so that a browser keeps each for good. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'island.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
type Name = keyof typeof TYPES;

interface Asset {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const PREFIX = '/console/assets/';
/** One file for browsers; the later ones overrule. */
const SHEETS = ['base', 'controls', 'tables', 'states', 'frame', 'dialog', 'media'].map((name) => `style/${name}.css`);

const assets: Readonly<Record<Name, Asset>> = {
  'style.css': toAsset('style.css', SHEETS),
  'island.js': toAsset('island.js'),
  'icon.svg': toAsset('icon.svg'),
};

/** `/console/assets/style.0a1b2c3d4e.css` */
export const pathOf = (name: Name): string => assets[name].path;

/** Undefined for a path that is no asset of this version. */
export function assetAt(path: string): Response | undefined {
  const asset = Object.values(assets).find((one) => one.path === path);
  if (asset === undefined) return undefined;
  const headers = {
    'Content-Type': asset.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  return new Response(asset.bytes, { headers });
}

export const isAsset = (path: string): boolean => path.startsWith(PREFIX);

function toAsset(name: Name, files: readonly string[] = [name]): Asset {
  const bytes = new Uint8Array(Buffer.concat(files.map((file) => readFileSync(new URL(file, import.meta.url)))));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  return { path: PREFIX + name.replace('.', `.${hash}.`), bytes, type: TYPES[name] };
}
