/** One clock for all processes of a machine: milliseconds since 1970, with fractions. */
export const clock = (): number => performance.timeOrigin + performance.now();
