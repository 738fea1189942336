/**
 * Preloaded into a command (`--import`): freezes it right behind the first line of stdout that holds FREEZE_AT, so that
 * a test can kill it exactly there. Writing to a pipe is synchronous, the line has left the process by then.
 */
const mark = process.env.FREEZE_AT;
const { stdout } = process;
const write = stdout.write.bind(stdout);

if (mark !== undefined) {
  Object.assign(stdout, {
    write(chunk: string, done?: () => void) {
      const flowing = write(chunk, done);
      if (chunk.includes(mark)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return flowing;
    },
  });
}
