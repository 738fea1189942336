/** Control records of one process. */
import type { Key, Records } from './records.ts';

/** As texts, so that what is read is never what was written. */
export function recordsIn(texts: Map<string, string>): Records {
  const parse = <T>(text: string): T => JSON.parse(text);
  const get = <T>({ id }: Key<T>) => {
    const text = texts.get(id);
    return text === undefined ? undefined : { value: parse<T>(text), version: text };
  };
  return {
    get: async (one) => get(one),
    getMany: async (keys) => keys.map((one) => get(one)),
    async put({ id }, { value, version }) {
      if (texts.get(id) !== version) return undefined;
      const text = JSON.stringify(value);
      texts.set(id, text);
      return text;
    },
    async removeAt({ id }, version) {
      return texts.get(id) === version && texts.delete(id);
    },
    async remove(keys) {
      for (const { id } of keys) texts.delete(id);
    },
  };
}
