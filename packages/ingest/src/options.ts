/** Flags several commands take. */
import { integer, type Option, optionalText, requiredText, text } from '@segment-store/cli/option';

export const storeOptions: { readonly store: Option<string>; readonly prefix: Option<string> } = {
  store: requiredText({ description: 'the store: embedded:<dir> or http(s)://…', placeholder: '<url>' }),
  prefix: text({
    description: 'separates deployments in one Elasticsearch',
    placeholder: '<prefix>',
    fallback: 'segments',
  }),
};

export const buildOptions: { readonly shards: Option<number>; readonly leaseMs: Option<number> } = {
  shards: integer({
    description: 'primary shards of a new generation in Elasticsearch',
    fallback: 1,
    min: 1,
    max: 1024,
  }),
  leaseMs: integer({
    description: 'milliseconds after which a job that does not renew its lease counts as dead',
    fallback: 60_000,
    min: 300,
  }),
};

export const folderOptions: {
  readonly s3Endpoint: Option<string | undefined>;
  readonly s3Region: Option<string | undefined>;
} = {
  s3Endpoint: optionalText({ description: 'an S3 endpoint other than AWS', placeholder: '<url>' }),
  s3Region: optionalText({ description: 'the region of the bucket', placeholder: '<region>' }),
};
