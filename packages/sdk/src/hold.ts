/**
 * Every timer of this client lets the process end, also the pause before a retry. While a caller awaits a read, that
 * would end a script in the middle of its `await`; so the process is held until the read settles, which it soon does.
 */
export type Hold = <T>(read: Promise<T>) => Promise<T>;

export function createHold(): Hold {
  let reads = 0;
  let holding: NodeJS.Timeout | undefined;
  const release = () => {
    reads -= 1;
    if (reads === 0) clearInterval(holding);
  };
  return (read) => {
    if (reads === 0) holding = setInterval(() => {}, 60_000);
    reads += 1;
    read.then(release, release);
    return read;
  };
}
