/** One attempt at a time, shared by whoever asks meanwhile, until one has worked. */
export function onceItWorks<A extends readonly unknown[]>(
  work: (...given: A) => Promise<void>,
): (...given: A) => Promise<void> {
  let attempt: Promise<void> | undefined;
  return (...given) => {
    attempt ??= work(...given).catch((error) => {
      attempt = undefined;
      throw error;
    });
    return attempt;
  };
}
