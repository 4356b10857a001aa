/**
 * The exponential function, the same bit for bit on every engine. ECMAScript leaves `Math.exp` to the engine, and
 * engines differ in its last bit; sums, products and quotients of float64 are fixed by IEEE 754.
 */

const LOG2_E = 1.4426950408889634;
// ln 2 in two parts: the first has 24 bits, so that its product with any exponent of a float64 is exact.
const LN2_HIGH = Math.fround(0.6931471805599453);
const LN2_LOW = -1.904654299957768e-9;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const LOWEST_EXPONENT = -1022;
const HIGHEST_EXPONENT = 1023;

/** 2^-1022 to 2^1023. */
const POWERS_OF_TWO = new Float64Array(HIGHEST_EXPONENT - LOWEST_EXPONENT + 1);
for (let i = 0, power = SMALLEST_NORMAL; i < POWERS_OF_TWO.length; i++, power *= 2) POWERS_OF_TWO[i] = power;
const TINY = POWERS_OF_TWO[-100 - LOWEST_EXPONENT]!;

/** y * 2^k, rounded once, for y from 1/2 to 2 and k from -1080 to 1024. */
function scale(y: number, k: number): number {
  if (k > HIGHEST_EXPONENT) return y * 2 * POWERS_OF_TWO[k - 1 - LOWEST_EXPONENT]!;
  // A result that is not a normal number: the first product is exact, the second rounds.
  if (k <= LOWEST_EXPONENT) return y * POWERS_OF_TWO[k + 100 - LOWEST_EXPONENT]! * TINY;
  return y * POWERS_OF_TWO[k - LOWEST_EXPONENT]!;
}

/** e^x, less than one unit in the last place off; 0 below -745.13, Infinity above 709.78, NaN of NaN. */
export function exp(x: number): number {
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  if (x !== x) return x;
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const lost = high - r - low; // by the rounding of r
  return scale(1 + (r + (r * r * taylor(r) + lost)), k);
}

/** (e^r - 1 - r) / r^2 as the sum of r^(n-2) / n! up to n = 13: the rest is below 6e-18 for |r| <= ln(2) / 2. */
function taylor(r: number): number {
  let sum = 1 / 479001600 + r / 6227020800;
  sum = 1 / 39916800 + r * sum;
  sum = 1 / 3628800 + r * sum;
  sum = 1 / 362880 + r * sum;
  sum = 1 / 40320 + r * sum;
  sum = 1 / 5040 + r * sum;
  sum = 1 / 720 + r * sum;
  sum = 1 / 120 + r * sum;
  sum = 1 / 24 + r * sum;
  sum = 1 / 6 + r * sum;
  return 1 / 2 + r * sum;
}
