/** The list of erased customers: a control record for each keyed hash. */
import type { ErasureTerms } from '../erasures.ts';
import { type Control, erasedKey } from './control.ts';

export function createHashes(control: () => Control): ErasureTerms['hashes'] {
  return {
    async put(hashes) {
      const at = new Date().toISOString();
      return control().transaction((transaction) => {
        const fresh = hashes.filter((hash) => transaction.get(erasedKey(hash)) === undefined);
        for (const hash of fresh) transaction.put(erasedKey(hash), { hash, at });
        return fresh.length;
      });
    },
    async all() {
      return new Set(control().read((snapshot) => snapshot.erased()));
    },
    async count() {
      return control().read((snapshot) => snapshot.erased()).length;
    },
  };
}
