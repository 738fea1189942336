/** One attempt at a time, shared by whoever asks meanwhile, until one has worked. */
export function onceItWorks<A extends readonly unknown[], T>(
  work: (...given: A) => Promise<T>,
): (...given: A) => Promise<T> {
  let attempt: Promise<T> | undefined;
  return (...given) => {
    attempt ??= work(...given).catch((error) => {
      attempt = undefined;
      throw error;
    });
    return attempt;
  };
}
