/** A share as people read it: 0.0012 is `0.12 %`. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** A change as people read it: −0.25 is `−25 %`. */
export const signedPercent = (change: number): string => `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`;
