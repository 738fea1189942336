/** What can be wrong with a run folder: exit code, and what the message must name. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ExitCode, exitCode } from '@segment-store/cli/exit-code';
import { MAX_LINE_BYTES } from '@segment-store/contract/lines';
import { MANIFEST_KEY, type Manifest } from '@segment-store/contract/manifest';
import { changeManifest, type RunFiles } from '../../../../test/support/run-folder.ts';

interface Bad {
  readonly what: string;
  readonly exitCode: ExitCode;
  readonly names: readonly string[];
}

export interface BadRun extends Bad {
  /** Breaks one thing in the files of a good run: two gzip parts, `FIRST` and `SECOND`, of two customers each. */
  readonly spoil: (files: RunFiles) => void;
}

export interface BadMembers extends Bad {
  /** A line beside three good ones, of customers c1, c2 and c3. */
  readonly line: string;
}

const FIRST = 'members/part-00000';
const SECOND = 'members/part-00001';
const CATALOGUE = 'catalogue.ndjson';

/** A complement that is wrong, behind one that is right: `c`, what is not in `a`. */
const complement = (what: string, rule: object, ...names: readonly string[]): BadRun => ({
  what: `a complement ${what}`,
  spoil: (files) =>
    setCatalogue(files, (lines) => {
      const c = { ...JSON.parse(lines[0] ?? ''), id: 'c', complement_of: 'a', universe: 'everyone' };
      return [...lines, JSON.stringify(c), JSON.stringify({ ...c, id: 'e', ...rule })];
    }),
  exitCode: exitCode.input,
  names: [CATALOGUE, 'is what is not in', ...names],
});

export const badRuns: readonly BadRun[] = [
  {
    what: 'no manifest',
    spoil: (files) => files.delete(MANIFEST_KEY),
    exitCode: exitCode.input,
    names: ['holds no manifest.json', 'once its calculation has ended'],
  },
  {
    what: 'a manifest cut short',
    spoil: (files) => files.set(MANIFEST_KEY, Buffer.from('{"schema":"segment-store/run/1",')),
    exitCode: exitCode.input,
    names: ['manifest.json', 'not JSON'],
  },
  {
    what: 'a manifest of a newer major schema',
    spoil: (files) => replaceText(files, MANIFEST_KEY, 'segment-store/run/1', 'segment-store/run/2'),
    exitCode: exitCode.input,
    names: ['segment-store/run/2', 'newer version'],
  },
  {
    what: 'totals that are not the sum of the parts',
    spoil: (files) => replaceText(files, MANIFEST_KEY, '"customers": 4', '"customers": 5'),
    exitCode: exitCode.input,
    names: ['totals.customers is 5, expected 4'],
  },
  {
    what: 'a part that is not there',
    spoil: (files) => files.delete(SECOND),
    exitCode: exitCode.input,
    names: [SECOND, 'is in the manifest but not in'],
  },
  {
    what: 'a catalogue that is not there',
    spoil: (files) => files.delete(CATALOGUE),
    exitCode: exitCode.input,
    names: [CATALOGUE, 'is in the manifest but not in'],
  },
  {
    what: 'a part with more bytes than the manifest says',
    spoil: (files) => files.set(SECOND, Buffer.concat([files.get(SECOND) ?? Buffer.alloc(0), Buffer.alloc(3)])),
    exitCode: exitCode.input,
    names: [SECOND, 'bytes', 'the manifest says', 'write a new run'],
  },
  {
    what: 'a part with other bytes than its sha256',
    spoil: (files) => changePart(files, SECOND, { sha256: 'ab'.repeat(32) }),
    exitCode: exitCode.input,
    names: [SECOND, 'sha256', 'abababab'],
  },
  {
    what: 'a gzip part cut short',
    spoil: (files) => setPart(files, SECOND, (bytes) => bytes.subarray(0, bytes.length - 12)),
    exitCode: exitCode.input,
    names: [SECOND, 'ends in the middle of its gzip data'],
  },
  {
    what: 'a part of zstd that is cut short',
    spoil: (files) => setPart(files, SECOND, () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1, 2, 3])),
    exitCode: exitCode.input,
    names: [SECOND, 'zstd data'],
  },
  {
    what: 'a run said to be CSV that is not',
    spoil: (files) => changeManifest(files, (manifest) => ({ ...manifest, format: 'csv' })),
    exitCode: exitCode.input,
    names: ['members/part-', 'the columns', 'customer_id and segment_ids'],
  },
  {
    what: 'fewer rows in a part than the manifest says',
    spoil: (files) => changeRows(files, FIRST, 3),
    exitCode: exitCode.input,
    names: [`${FIRST} has 2 rows, the manifest says 3`],
  },
  {
    what: 'more rows in a part than the manifest says',
    spoil: (files) => changeRows(files, FIRST, 1),
    exitCode: exitCode.input,
    names: [`${FIRST} has 2 rows, the manifest says 1`],
  },
  {
    what: 'other rows in the catalogue than the manifest says',
    spoil: (files) =>
      changeManifest(files, (manifest) => ({
        ...manifest,
        catalogue: { ...manifest.catalogue, rows: 3 },
        totals: { ...manifest.totals, segments: 3 },
      })),
    exitCode: exitCode.input,
    names: ['catalogue.ndjson has 2 segments, the manifest says 3'],
  },
  {
    what: 'other memberships in total than the manifest says',
    spoil: (files) =>
      changeManifest(files, ({ parts, totals, ...manifest }) => ({
        ...manifest,
        parts: parts.map(({ memberships: _, ...part }) => part),
        totals: { ...totals, memberships: 9 },
      })),
    exitCode: exitCode.input,
    names: ['sizes in catalogue.ndjson add up to 6 memberships, the manifest says 9'],
  },
  {
    what: 'a catalogue line that is none',
    spoil: (files) => setCatalogue(files, (lines) => [lines[0] ?? '', '{"id":"b"}']),
    exitCode: exitCode.input,
    names: ['catalogue.ndjson line 2', 'type is missing'],
  },
  {
    what: 'a catalogue that starts with a byte order mark',
    spoil: (files) => setCatalogue(files, (lines) => [`\ufeff${lines[0]}`, lines[1] ?? '']),
    exitCode: exitCode.input,
    names: ['catalogue.ndjson line 1', 'byte order mark'],
  },
  {
    what: 'a segment that stands in the catalogue twice',
    spoil: (files) => setCatalogue(files, (lines) => [lines[0] ?? '', lines[0] ?? '']),
    exitCode: exitCode.input,
    names: ['catalogue.ndjson line 2', 'segment a is there twice'],
  },
  complement('of a segment that is not there', { complement_of: 'x', universe: 'known' }, 'x is no segment'),
  complement('within a segment that is not there', { complement_of: 'a', universe: 'x' }, 'x is no segment'),
  complement('of a complement', { id: 'd', complement_of: 'c', universe: 'known' }, 'c is no segment'),
  complement('within a complement', { id: 'd', complement_of: 'a', universe: 'c' }, 'c is no segment'),
  {
    what: 'a run of no customers',
    spoil: (files) =>
      changeManifest(files, (manifest) => ({
        ...manifest,
        parts: [],
        totals: { customers: 0, memberships: 0, segments: manifest.catalogue.rows },
      })),
    exitCode: exitCode.refused,
    names: ['empty: 0 customers, expected at least 1', '--accept empty'],
  },
];

export const badMembers: readonly BadMembers[] = [
  {
    what: 'a line that is no member line',
    line: 'c4,a|b',
    exitCode: exitCode.refused,
    names: [`${FIRST} line 2, byte 41: rejected as malformed`, 'rejected: 1 of 4 lines'],
  },
  {
    what: 'a customer id of 513 bytes',
    line: `{"customer_id":"${'x'.repeat(513)}","segment_ids":["a"]}`,
    exitCode: exitCode.refused,
    names: [`${FIRST} line 2, byte 41: rejected as bad-id`, 'rejected: 1 of 4 lines'],
  },
  {
    what: 'a line over the limit',
    line: `{"customer_id":"c4","segment_ids":["${'x'.repeat(MAX_LINE_BYTES)}"]}`,
    exitCode: exitCode.refused,
    names: [`${FIRST} line 2, byte 41: rejected as too-large`, 'rejected: 1 of 4 lines'],
  },
  {
    what: 'a second line for one customer',
    line: '{"customer_id":"c1","segment_ids":["a"]}',
    exitCode: exitCode.refused,
    names: [FIRST, 'rejected as duplicate-customer', 'rejected: 1 of 4 lines'],
  },
  {
    what: 'a blank line counted as a row',
    line: '',
    exitCode: exitCode.input,
    names: [`${FIRST} has 3 rows, the manifest says 4`],
  },
];

function replaceText(files: RunFiles, key: string, from: string, to: string): void {
  files.set(key, Buffer.from((files.get(key) ?? '').toString().replace(from, to)));
}

function changePart(files: RunFiles, key: string, change: Partial<Manifest['catalogue']>): void {
  changeManifest(files, (manifest) => ({
    ...manifest,
    parts: manifest.parts.map((part) => (part.key === key ? { ...part, ...change } : part)),
  }));
}

/** Other bytes, and a manifest that knows how many. */
function setPart(files: RunFiles, key: string, change: (bytes: Buffer) => Buffer): void {
  const bytes = change(files.get(key) ?? Buffer.alloc(0));
  files.set(key, bytes);
  changePart(files, key, { bytes: bytes.length });
}

function changeRows(files: RunFiles, key: string, rows: number): void {
  changeManifest(files, ({ parts: before, totals, ...manifest }) => {
    const parts = before.map((part) => (part.key === key ? { ...part, rows } : part));
    return { ...manifest, parts, totals: { ...totals, customers: parts.reduce((sum, part) => sum + part.rows, 0) } };
  });
}

/** Other lines, and a manifest that knows how many bytes they take. */
function setCatalogue(files: RunFiles, change: (lines: readonly string[]) => readonly string[]): void {
  const lines = gunzipSync(files.get(CATALOGUE) ?? '')
    .toString()
    .trimEnd()
    .split('\n');
  const bytes = gzipSync(change(lines).join('\n'));
  files.set(CATALOGUE, bytes);
  changeManifest(files, ({ catalogue, ...manifest }) => ({
    ...manifest,
    catalogue: { ...catalogue, bytes: bytes.length },
  }));
}
