/** Sizes, times and shares as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1000: 1.2 GB. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${UNITS[power]}`;
}

/** 42 s, 3 min 10 s, 1 h 5 min. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Never 100 % before the last one is done. */
export const formatShare = (done: number, total: number): string =>
  total > 0 ? `${Math.floor((100 * done) / total)} %` : '';
