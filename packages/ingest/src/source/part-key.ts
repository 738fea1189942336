const MEMBERS = 'members/';

/** Whether a key in a run folder is a part's, and not a marker or a half-written file, as Spark and Hadoop leave them. */
export function isPartKey(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return key.startsWith(MEMBERS) && !/^[_.]/.test(name);
}
