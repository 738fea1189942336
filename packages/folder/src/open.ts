/** URL → adapter. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DirectoryFolder } from './directory.ts';
import type { Folder, FolderOptions } from './folder.ts';
import { S3Folder } from './s3.ts';

const FORMS = 'expected s3://bucket/prefix, file:///directory or a path';
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const ENDPOINT = 'expected http(s)://host[:port], without credentials or query';
/** A step of a host name, which it becomes in AWS's endpoints. */
const REGION = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;

/** `s3://bucket/prefix`, `file:///dir` or a plain path. No I/O yet. @throws TypeError naming the URL or option and the forms */
export function openFolder(url: string, options: FolderOptions = {}): Folder {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    checkOptions(options);
    return new S3Folder(parseS3(url), options);
  }
  if (scheme === 'file') return new DirectoryFolder(parseFile(url));
  if (scheme !== undefined) throw refusal(url, `this program reads no ${scheme} folders`);
  if (url === '' || url.includes('\0')) throw refusal(url, 'it names no directory');
  return new DirectoryFolder(resolve(url));
}

function parseS3(url: string): { bucket: string; prefix: string } {
  const [bucket = '', ...steps] = url.replace(/^s3:(\/\/)?/i, '').split('/');
  if (!/^s3:\/\//i.test(url)) throw refusal(url, 'two slashes follow s3:');
  if (bucket === '') throw refusal(url, 'it names no bucket');
  if (bucket.includes('@')) throw refusal('s3://…@…', 'credentials come from the environment, not from the URL');
  if (!BUCKET.test(bucket)) throw refusal(url, `"${bucket}" is no bucket name`);
  const prefix = steps.join('/').replace(/\/$/, '');
  if (prefix !== '' && prefix.split('/').some((step) => step === '' || step === '.' || step === '..')) {
    throw refusal(url, 'its prefix has an empty step, "." or ".."');
  }
  return { bucket, prefix };
}

function checkOptions({ s3Endpoint, s3Region, s3Sockets = 1 }: FolderOptions): void {
  if (s3Endpoint !== undefined && !isEndpoint(s3Endpoint)) {
    // Where an @ is, a secret may stand before it.
    const shown = s3Endpoint.includes('@') ? '…@…' : s3Endpoint;
    throw new TypeError(`S3 endpoint ${JSON.stringify(shown)}: ${ENDPOINT}`);
  }
  if (s3Region !== undefined && !REGION.test(s3Region)) {
    throw new TypeError(`S3 region ${JSON.stringify(s3Region)}: expected a name such as eu-west-1`);
  }
  if (!Number.isInteger(s3Sockets) || s3Sockets < 1) {
    throw new TypeError(`S3 sockets ${s3Sockets}: expected a whole number of at least 1`);
  }
}

function isEndpoint(text: string): boolean {
  const { protocol, username, password, search, hash } = URL.parse(text) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && [username, password, search, hash].join('') === '';
}

function parseFile(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw refusal(url, 'a file URL names an absolute path of this machine, percent-encoded');
  }
}

function refusal(url: string, why: string): TypeError {
  return new TypeError(`folder ${JSON.stringify(url)}: ${why}; ${FORMS}`);
}
