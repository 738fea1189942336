/** What may stand under a key in Redis without being what was kept there: each is as if nothing stood there. */

export interface BadValue {
  readonly title: string;
  /** From what is kept for c1, in segments b and a of three, in its generation. */
  spoil(kept: Buffer): Buffer;
}

/** Version, digest of the generation, checksum: 1 + 8 + 4 bytes. */
const BODY_AT = 13;

const changed = (kept: Buffer, at: number): Buffer => {
  const bytes = Buffer.from(kept);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

export const badValues: readonly BadValue[] = [
  { title: 'nothing at all', spoil: () => Buffer.alloc(0) },
  { title: 'the text of somebody else', spoil: () => Buffer.from('{"segmentIds":["a"]}') },
  { title: 'zeros', spoil: (kept) => Buffer.alloc(kept.length) },
  { title: 'a value without body', spoil: (kept) => kept.subarray(0, BODY_AT) },
  { title: 'a value without its last byte', spoil: (kept) => kept.subarray(0, -1) },
  { title: 'a value and one byte more', spoil: (kept) => Buffer.concat([kept, Buffer.of(0)]) },
  { title: 'another version', spoil: (kept) => changed(kept, 0) },
  { title: 'another generation', spoil: (kept) => changed(kept, 1) },
  { title: 'another checksum', spoil: (kept) => changed(kept, BODY_AT - 1) },
  { title: 'another number of segments', spoil: (kept) => changed(kept, BODY_AT) },
  { title: 'another segment', spoil: (kept) => changed(kept, kept.length - 1) },
];
