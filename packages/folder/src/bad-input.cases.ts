/** Folder URLs: what is opened, what is refused, and what the message must name. */
import type { FolderOptions } from './folder.ts';

export const goodUrls: Readonly<Record<string, string>> = {
  's3://bucket': 's3://bucket',
  's3://bucket/': 's3://bucket',
  's3://bucket/a/b': 's3://bucket/a/b',
  's3://bucket/a/b/': 's3://bucket/a/b',
  'S3://my.bucket-1_x/year=2026/a b+c%20d?e#f': 's3://my.bucket-1_x/year=2026/a b+c%20d?e#f',
  'file:///var/runs': 'file:///var/runs',
  'file:///var/with%20space': 'file:///var/with%20space',
  '/var/runs/': 'file:///var/runs',
  '/var/runs/../orders': 'file:///var/orders',
  '/var/100%/a:b#c': 'file:///var/100%25/a:b%23c',
};

export const badUrls: readonly { readonly url: string; readonly names: string }[] = [
  { url: '', names: 'names no directory' },
  { url: 'a\0b', names: 'names no directory' },
  { url: 's3:bucket', names: 'two slashes' },
  { url: 's3:/bucket/x', names: 'two slashes' },
  { url: 's3://', names: 'names no bucket' },
  { url: 's3:///prefix', names: 'names no bucket' },
  { url: 's3://b', names: '"b" is no bucket name' },
  { url: 's3://my bucket/x', names: '"my bucket" is no bucket name' },
  { url: 's3://bucket//x', names: 'empty step' },
  { url: 's3://bucket/x//', names: 'empty step' },
  { url: 's3://bucket/../other', names: '".."' },
  { url: 's3://AKIAEXAMPLE:secret@bucket/x', names: 'credentials come from the environment' },
  { url: 'gs://bucket/x', names: 'no gs folders' },
  { url: 'https://bucket.s3.amazonaws.com/x', names: 'no https folders' },
  { url: 'hdfs://name/x', names: 'no hdfs folders' },
  { url: 'embedded:/var/store', names: 'no embedded folders' },
  { url: 'file://host/runs', names: 'absolute path' },
  { url: 'file:///a%2Fb', names: 'absolute path' },
];

export const badOptions: readonly { readonly options: FolderOptions; readonly names: string }[] = [
  { options: { s3Endpoint: 'foo' }, names: 'S3 endpoint "foo": expected http(s)://host[:port]' },
  { options: { s3Endpoint: '' }, names: 'S3 endpoint ""' },
  { options: { s3Endpoint: 'localhost:9000' }, names: 'S3 endpoint "localhost:9000"' },
  { options: { s3Endpoint: 'ftp://host' }, names: 'S3 endpoint "ftp://host"' },
  { options: { s3Endpoint: 'http://' }, names: 'S3 endpoint "http://"' },
  { options: { s3Endpoint: 'http://AKIAEXAMPLE:secret@host' }, names: 'S3 endpoint "…@…"' },
  { options: { s3Endpoint: 'http://host/?x=1' }, names: 'without credentials or query' },
  { options: { s3Region: '' }, names: 'S3 region ""' },
  { options: { s3Region: 'eu west' }, names: 'S3 region "eu west"' },
  { options: { s3Region: 'x.example.org' }, names: 'S3 region "x.example.org"' },
  { options: { s3Sockets: 0 }, names: 'S3 sockets 0: expected a whole number of at least 1' },
  { options: { s3Sockets: 1.5 }, names: 'S3 sockets 1.5' },
  { options: { s3Sockets: Number.NaN }, names: 'S3 sockets NaN' },
];
