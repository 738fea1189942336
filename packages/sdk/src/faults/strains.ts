/** What may go wrong within the process that hosts a client. Each ends when told. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, open, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Strain = 'loop' | 'names' | 'clock';

export const STRAINS: Readonly<Record<Strain, () => () => void>> = { loop: stallLoop, names: stallNames, clock: jump };

const STALL_MS = 200;

/** Now and again, as a host does that parses a huge document. */
function stallLoop(): () => void {
  const stall = () => {
    const until = performance.now() + STALL_MS;
    while (performance.now() < until);
  };
  const timers = [setTimeout(stall, 30), setInterval(stall, 5 * STALL_MS)];
  return () => timers.forEach(clearTimeout);
}

/** Every thread that could resolve a name waits for somebody to write to a pipe. */
function stallNames(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const threads = 4; // of libuv, unless the environment says otherwise
  for (let thread = 0; thread < threads; thread += 1) open(pipe, (_, file) => closeSync(file));
  return () => {
    closeSync(openSync(pipe, 'w'));
    rmSync(folder, { recursive: true });
  };
}

const DAY_MS = 86_400_000;

/** The wall clock, a day forward and back again, ten times a second. */
function jump(): () => void {
  const Steady = Date;
  let ahead = 0;
  const timer = setInterval(() => {
    ahead = ahead === 0 ? DAY_MS : 0;
  }, 50);
  const now = () => Steady.now() + ahead;
  globalThis.Date = new Proxy(Steady, {
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  });
  return () => {
    clearInterval(timer);
    globalThis.Date = Steady;
  };
}
