/** CPU of a process, from the kernel. */
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Seconds so far, user and system; NaN when it has ended. */
export function cpuSeconds(pid: number): number {
  const [user, system] = ticksOf(pid);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** Of every child of this process that has ended, and of its own children. */
export function childrenCpuSeconds(): number {
  const [, , user, system] = ticksOf(process.pid);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** User and system, of the process and of its children that ended. */
function ticksOf(pid: number): readonly string[] {
  const fields = read(pid, 'stat');
  // Behind the name, which may hold spaces.
  return fields
    .slice(fields.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
}

/** Bytes resident now; NaN when it has ended. */
export function residentBytes(pid: number): number {
  return Number(read(pid, 'statm').split(' ')[1]) * 4096;
}

function read(pid: number, what: 'stat' | 'statm'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    return '';
  }
}
