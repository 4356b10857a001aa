/** Drawing the next token from logits. Pure functions: the same seed gives the same draw in every browser. */

export interface SamplingOptions {
  temperature: number;
  topK: number;
  topP: number;
}

/** Tommy Ettinger's mulberry32: a generator of uniform numbers in [0, 1) with 32 bits of state. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

/** Index of the largest value; the first of equals, as in PyTorch and NumPy. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * The index drawn for `u`, uniform in [0, 1), after temperature, then top-k, then top-p (transformers' order).
 *
 * Candidates are ordered by logit and, among equals, by index, so the result never depends on a sort's whims.
 * Top-p keeps the likeliest tokens up to and including the one that reaches p, so at least one.
 */
export function sampleToken(logits: ArrayLike<number>, options: SamplingOptions, u: number): number {
  if (options.temperature === 0) return argmax(logits);
  const order = Array.from({ length: logits.length }, (_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const kept = options.topK > 0 ? order.slice(0, options.topK) : order;
  const highest = logits[kept[0]!]!;
  const weights = kept.map((i) => Math.exp((logits[i]! - highest) / options.temperature));
  const total = weights.reduce((a, b) => a + b, 0);

  let nucleus = 0;
  for (let i = 0; i < weights.length; i++) {
    nucleus += weights[i]!;
    if (nucleus >= options.topP * total) break;
  }
  let left = u * nucleus;
  for (let i = 0; i < kept.length; i++) {
    left -= weights[i]!;
    if (left < 0) return kept[i]!;
  }
  return kept[0]!; // rounding used the whole nucleus up: the likeliest token
}
