/** Which parts a job takes first, of several on one run: `2/4` is every fourth part from the second on. */
import type { Option } from '@segment-store/cli/option';

export interface Slice {
  readonly index: number;
  readonly of: number;
}

const FORM = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/;

export const sliceOption: Option<Slice | undefined> = {
  description: 'parts this job takes first when several load one run; no part is left to a job that died',
  placeholder: '<i/n>',
  fallback: undefined,
  required: false,
  parse(text) {
    const [, index, of] = FORM.exec(text) ?? [];
    if (index !== undefined && Number(index) <= Number(of)) return { index: Number(index), of: Number(of) };
    throw new RangeError('expected i/n, the i-th of n jobs, from 1/n to n/n');
  },
};

/** Whether the part at this place of the manifest is in the slice. */
export const isInSlice = ({ index, of }: Slice, place: number): boolean => place % of === index - 1;
