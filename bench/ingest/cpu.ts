/** CPU of a process, from the kernel. */
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Seconds so far, user and system; NaN when it has ended. */
export function cpuSeconds(pid: number): number {
  const fields = read(pid, 'stat');
  // Behind the name, which may hold spaces.
  const [user, system] = fields
    .slice(fields.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
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
