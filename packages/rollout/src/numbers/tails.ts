/**
 * Tail probabilities, by the continued fractions and series of Press et al., Numerical Recipes, 3rd ed. (2007), §6.1–6.4.
 * Relative error about 1e-12; npm has no kept library of these two alone.
 */

/** P(X ≥ x) of a chi-square variable. */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const [a, z] = [degrees / 2, x / 2];
  return z < a + 1 ? 1 - lowerGammaSeries(a, z) : upperGammaFraction(a, z);
}

/** P(X ≥ hits) of a binomial variable. */
export function binomialTail(hits: number, tries: number, chance: number): number {
  if (hits <= 0) return 1;
  if (hits > tries) return 0;
  return betaOf(chance, hits, tries - hits + 1);
}

const TINY = 1e-300;
const EPSILON = 1e-14;
const STEPS = 100_000;

function lowerGammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS && Math.abs(term) > Math.abs(sum) * EPSILON; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - lnGamma(a));
}

function upperGammaFraction(a: number, x: number): number {
  const terms = (n: number): readonly [number, number] => [-n * (n - a), x + 2 * n + 1 - a];
  return Math.exp(a * Math.log(x) - x - lnGamma(a)) / lentz(x + 1 - a, terms);
}

/** The regularised incomplete beta function I_x(a, b). */
function betaOf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on this side of the mean.
  return x < (a + 1) / (a + b + 2) ? front / (a * betaFraction(x, a, b)) : 1 - front / (b * betaFraction(1 - x, b, a));
}

function betaFraction(x: number, a: number, b: number): number {
  return lentz(1, (n) => {
    const m = Math.floor(n / 2);
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [n % 2 === 0 ? even : odd, 1];
  });
}

/** b0 + a1/(b1 + a2/(b2 + …)), modified Lentz; `terms(n)` gives aₙ and bₙ, n from 1. */
function lentz(b0: number, terms: (n: number) => readonly [number, number]): number {
  let value = b0 || TINY;
  let [c, d] = [value, 0];
  for (let n = 1; n < STEPS; n += 1) {
    const [a, b] = terms(n);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < EPSILON) break;
  }
  return value;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** ln Γ(x) for x > 0, by Lanczos with g = 7. */
function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const sum = LANCZOS.reduce((all, factor, index) => all + factor / (x + index), 0.99999999999980993);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
