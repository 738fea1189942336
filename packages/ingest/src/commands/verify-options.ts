/** Flags of `verify`. */
import { list } from '@segment-store/cli/list';
import { flag, integer, type Option, optionalInteger } from '@segment-store/cli/option';
import {
  folderOptions,
  letterOptions,
  manifestOptions,
  scratchOptions,
  storeOptions,
  transformOptions,
} from '../options.ts';

export const verifyOptions: typeof storeOptions &
  typeof folderOptions &
  typeof manifestOptions &
  typeof transformOptions &
  typeof scratchOptions &
  Pick<typeof letterOptions, 'deadLetters'> & {
    readonly accept: Option<readonly string[]>;
    readonly sample: Option<number | undefined>;
    readonly showIds: Option<boolean>;
    readonly partsAtOnce: Option<number>;
  } = {
  ...storeOptions,
  ...folderOptions,
  ...manifestOptions,
  ...transformOptions,
  ...scratchOptions,
  accept: list({ description: 'no-manifest, for a run folder without', placeholder: '<gate>', known: ['no-manifest'] }),
  deadLetters: letterOptions.deadLetters,
  sample: optionalInteger({ description: 'compare so many random lines instead of all', min: 1 }),
  showIds: flag({ description: 'name customers and their segments where something differs' }),
  partsAtOnce: integer({ description: 'parts read at the same time', fallback: 4, min: 1, max: 64 }),
};
