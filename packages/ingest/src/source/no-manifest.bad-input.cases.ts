/** Folders without a manifest that are not loaded: what is wrong, the code, what the message must name. */
import type { RunFiles } from '../../../../test/support/run-folder.ts';
import type { SourceCode } from './source-failure.ts';

export interface BadFolder {
  readonly what: string;
  /** Of a good folder: `_SUCCESS`, catalogue.ndjson and two parts, NDJSON by customer. */
  spoil(files: RunFiles): void;
  readonly code: SourceCode;
  readonly names: readonly string[];
}

const FIRST = 'members/part-00000';
const only = (files: RunFiles, text: string | Uint8Array) => {
  files.delete('members/part-00001');
  files.set(FIRST, Buffer.from(text));
};

export const badFolders: readonly BadFolder[] = [
  {
    what: 'a calculation that has not ended',
    spoil: (files) => files.delete('_SUCCESS'),
    code: 'INCOMPLETE',
    names: ['_SUCCESS', 'has not ended'],
  },
  {
    what: 'a manifest after all',
    spoil: (files) => files.set('manifest.json', Buffer.from('{}')),
    code: 'UNREADABLE',
    names: ['has a manifest.json', '--accept no-manifest'],
  },
  {
    what: 'no catalogue',
    spoil: (files) => files.delete('catalogue.ndjson'),
    code: 'INCOMPLETE',
    names: ['holds no catalogue.ndjson'],
  },
  {
    what: 'two catalogues',
    spoil: (files) => files.set('catalogue.ndjson.gz', Buffer.from('')),
    code: 'INCOMPLETE',
    names: ['two catalogues', 'catalogue.ndjson and catalogue.ndjson.gz'],
  },
  {
    what: 'no parts but hidden ones',
    spoil(files) {
      for (const key of [...files.keys()].filter((one) => one.startsWith('members/'))) files.delete(key);
      files.set('members/_temporary', Buffer.from('x')).set('members/.part-0.crc', Buffer.from('x'));
    },
    code: 'INCOMPLETE',
    names: ['no parts below members/'],
  },
  {
    what: 'JSON of other names',
    spoil: (files) => only(files, '{"customer":"c1","segments":["a"]}\n'),
    code: 'UNREADABLE',
    names: [FIRST, 'starts with no names', 'customer_id and segment_ids'],
  },
  {
    what: 'CSV without a header',
    spoil: (files) => only(files, 'c1,a|b\n'),
    code: 'UNREADABLE',
    names: [FIRST, 'customer_id and segment_ids'],
  },
  {
    what: 'a compression nobody reads',
    spoil: (files) => only(files, Uint8Array.from([0x42, 0x5a, 0x68, 0x39, 1, 2, 3])),
    code: 'UNREADABLE',
    names: [`${FIRST} is bzip2`],
  },
  {
    what: 'Parquet that is none',
    spoil: (files) => only(files, 'PAR1 and no more'),
    code: 'CORRUPT',
    names: [`${FIRST} is not valid Parquet`],
  },
  {
    what: 'a part of another format',
    spoil: (files) => files.set('members/part-00001', Buffer.from('PAR1 among NDJSON')),
    code: 'UNREADABLE',
    names: ['members/part-00001 is parquet'],
  },
  {
    what: 'gzip that is cut short',
    spoil: (files) => files.set(FIRST, Buffer.from([0x1f, 0x8b, 8, 0, 0, 0])),
    code: 'CORRUPT',
    names: [`${FIRST} ends in the middle`],
  },
];
