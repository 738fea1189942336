/**
 * Every timer of this client lets the process end, also the pause before a retry. While a caller awaits a read, that
 * would end a script in the middle of its `await`; so the process is held until the read settles, which it soon does.
 */
export interface Hold {
  during<T>(read: Promise<T>): Promise<T>;
  /** Once no read is awaited any more. */
  release(): void;
}

/** One timer that never fires: holding and letting go is cheaper than arming one for each read. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createHold(): Hold {
  let reads = 0;
  let released = false;
  let timer: NodeJS.Timeout | undefined;
  const ended = () => {
    reads -= 1;
    if (reads > 0) return;
    if (released) clearInterval(timer);
    else timer?.unref();
  };
  return {
    during(read) {
      timer ??= setInterval(() => {}, LONGEST_TIMER_MS).unref();
      if (reads === 0) timer.ref();
      reads += 1;
      read.then(ended, ended);
      return read;
    },
    release() {
      released = true;
      if (reads === 0) clearInterval(timer);
    },
  };
}
