/** Flags of `load` and `publish`. */
import { flag, integer, type Option } from '@segment-store/cli/option';
import {
  budgetOptions,
  buildOptions,
  folderOptions,
  gateOptions,
  letterOptions,
  manifestOptions,
  retentionOptions,
  scratchOptions,
  settleOptions,
  storeOptions,
  transformOptions,
} from '../options.ts';

export const bringOptions: typeof storeOptions &
  typeof buildOptions &
  typeof settleOptions &
  typeof retentionOptions &
  typeof folderOptions &
  typeof manifestOptions &
  typeof budgetOptions &
  typeof letterOptions &
  typeof gateOptions &
  typeof transformOptions &
  typeof scratchOptions & { readonly allowOlder: Option<boolean>; readonly partsAtOnce: Option<number> } = {
  ...storeOptions,
  ...buildOptions,
  ...settleOptions,
  ...retentionOptions,
  ...folderOptions,
  ...manifestOptions,
  ...budgetOptions,
  ...letterOptions,
  ...gateOptions,
  ...transformOptions,
  ...scratchOptions,
  allowOlder: flag({ description: 'publish a run that is older than the live one; recorded with who allowed it' }),
  partsAtOnce: integer({ description: 'parts read at the same time', fallback: 4, min: 1, max: 64 }),
};
