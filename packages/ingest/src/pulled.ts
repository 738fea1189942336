/** Asked for several items at once, a generator gives them one after the other; `return` closes what it pulls from. */
export async function* pulled<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void> {
  yield* items;
}
