/**
 * From logits to the next token: pure functions, the same bit for bit on every engine.
 *
 * The rules are those of `generate` of Hugging Face transformers, in its order: repetition penalty over the prompt and
 * the answer so far, temperature, top-k, top-p, min-p. They are computed in float64 with operations that IEEE 754
 * fixes. Of what they leave, the token is drawn by inverting the distribution in the order of the token ids.
 */

import { OdinError } from "./errors";
import { exp } from "./exact";
import { uniform } from "./random";
import { cutSmallest } from "./selection";

export interface SamplingOptions {
  /** From 0 to 10. 0 takes the likeliest token; above, tokens are drawn from softmax(logits / temperature). */
  temperature: number;
  /** Draw only from the k likeliest tokens, and those as likely as the k-th; 0 for all. */
  topK: number;
  /** Above 0, at most 1: draw only from the fewest likeliest tokens that have the probability p in sum; 1 for all. */
  topP: number;
  /** From 0 to 1: draw only tokens at least so many times as likely as the likeliest; 0 for all. */
  minP: number;
  /** From 0.01 to 100. Above 1, tokens that are there already become unlikelier, below 1 likelier. */
  repetitionPenalty: number;
}

/** With the seed of the draws, an integer from 0 to 2^32 - 1. */
export type SeededSampling = SamplingOptions & { seed: number };

export const SAMPLING_DEFAULTS: Readonly<SeededSampling> = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  seed: 0,
};

type Rule = readonly [expected: string, holds: (value: number) => boolean];

const RULES: Readonly<Record<keyof SeededSampling, Rule>> = {
  temperature: ["a number from 0 to 10", (x) => x >= 0 && x <= 10],
  topK: ["a whole number, 0 for no limit", (x) => Number.isSafeInteger(x) && x >= 0],
  topP: ["a number above 0 and at most 1", (x) => x > 0 && x <= 1],
  minP: ["a number from 0 to 1", (x) => x >= 0 && x <= 1],
  repetitionPenalty: ["a number from 0.01 to 100, 1 for none", (x) => x >= 0.01 && x <= 100],
  seed: ["a whole number from 0 to 4294967295", (x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32],
};

/**
 * The sampling options among `options`, checked, with defaults for those that are undefined.
 *
 * @throws OdinError `bad-option`
 */
export function checkSampling(options: { readonly [key in keyof SeededSampling]?: unknown }): SeededSampling {
  const checked = { ...SAMPLING_DEFAULTS };
  for (const name of Object.keys(RULES) as (keyof SeededSampling)[]) {
    const value = options[name];
    if (value === undefined) continue;
    const [expected, holds] = RULES[name];
    if (typeof value !== "number" || !holds(value)) {
      const found = typeof value === "string" ? `the string '${value}'` : String(value);
      throw new OdinError("bad-option", `${name} must be ${expected}; it was ${found}.`);
    }
    checked[name] = value;
  }
  return checked;
}

/** Draws the tokens of one answer. */
export class Sampler {
  readonly options: Readonly<SeededSampling>;

  /** @throws OdinError `bad-option` */
  constructor(options: Partial<SamplingOptions>, seed: number) {
    this.options = Object.freeze(checkSampling({ ...options, seed }));
  }

  /**
   * The token at position `index` of the answer: a function of its arguments, the options and the seed alone.
   *
   * @param logits one for each token of the vocabulary; not changed
   * @param history token ids of the prompt and of the answer so far
   * @throws OdinError `engine`
   */
  next(logits: ArrayLike<number>, history: Iterable<number>, index: number): number {
    return sampleToken(logits, this.options, history, uniform(this.options.seed, index));
  }
}

/** Index of the largest value; the first of equals, as in PyTorch and NumPy. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * The token that `u` falls on.
 *
 * @param logits one for each token of the vocabulary, -Infinity for a token that must not come; not changed
 * @param history token ids that the repetition penalty applies to
 * @param u uniform in [0, 1); of no effect with temperature 0
 * @throws OdinError `engine` when there is NaN or Infinity among the logits, or nothing to choose
 */
export function sampleToken(
  logits: ArrayLike<number>,
  options: SamplingOptions,
  history: Iterable<number>,
  u: number,
): number {
  const scores = penalized(logits, options.repetitionPenalty, history);
  if (options.temperature === 0) return argmax(scores);
  const weights = filteredWeights(scores, options);
  const target = u * sum(weights);
  let cumulative = 0;
  for (let token = 0; token < weights.length; token++) {
    cumulative += weights[token]!;
    if (cumulative > target) return token;
  }
  throw new OdinError("bad-option", `A draw needs a number from 0 to below 1; it was ${u}.`);
}

/**
 * The probability with which `sampleToken` chooses each token, `[vocab_size]`; they add up to 1.
 *
 * @throws OdinError as {@link sampleToken}
 */
export function nextTokenProbabilities(
  logits: ArrayLike<number>,
  options: SamplingOptions,
  history: Iterable<number>,
): Float64Array {
  const scores = penalized(logits, options.repetitionPenalty, history);
  if (options.temperature === 0) {
    const likeliest = argmax(scores);
    return scores.fill(0).fill(1, likeliest, likeliest + 1);
  }
  const weights = filteredWeights(scores, options);
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

/** A copy of the logits in which each token of the history counts less, or more for a penalty below 1. */
function penalized(logits: ArrayLike<number>, penalty: number, history: Iterable<number>): Float64Array {
  const scores = new Float64Array(logits);
  let possible = false;
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token]!;
    if (score === -Infinity) continue;
    // NaN is not below Infinity either.
    if (!(score < Infinity)) throw broken(`the score of token ${token} is ${score}`);
    possible = true;
  }
  if (!possible) throw broken("no token has a score above minus infinity");
  if (penalty === 1) return scores;
  for (const token of history) {
    const logit = logits[token];
    if (logit === undefined) throw broken(`the text so far has token ${token}, and only ${scores.length} have scores`);
    scores[token] = logit < 0 ? logit * penalty : logit / penalty;
  }
  return scores;
}

function broken(what: string): OdinError {
  return new OdinError(
    "engine",
    `The model gave no usable scores for the next token: ${what}. Load it with another dtype or device.`,
  );
}

/** What softmax(scores / temperature) is in proportion to, the largest 1; 0 for tokens that the rules leave out. */
function filteredWeights(scores: Float64Array, { temperature, topK, topP, minP }: SamplingOptions): Float64Array {
  const highest = scores[argmax(scores)]!;
  const lowest = topK > 0 && topK < scores.length ? largest(scores, topK) : -Infinity;
  const weights = new Float64Array(scores.length);
  for (let token = 0; token < weights.length; token++) {
    const score = scores[token]!;
    if (score >= lowest) weights[token] = exp((score - highest) / temperature);
  }
  if (topP < 1) keepNucleus(scores, weights, topP);
  // After top-p, because a rule of proportions to the likeliest is the same before or after a normalisation.
  if (minP > 0) for (let token = 0; token < weights.length; token++) if (weights[token]! < minP) weights[token] = 0;
  return weights;
}

/** The k-th largest score. */
function largest(scores: Float64Array, k: number): number {
  return cutSmallest(scores.slice(), new Float64Array(scores.length).fill(1), scores.length - k).value;
}

/**
 * Leaves the likeliest tokens up to and including the one with which their probabilities reach p; of equal ones those
 * of lower ids. In transformers' words: tokens go, the unlikeliest first, while their sum is at most 1 - p.
 */
function keepNucleus(scores: Float64Array, weights: Float64Array, topP: number): void {
  const total = sum(weights);
  const limit = 1 - topP;
  // Those below an n-th of what may go are certain to go, which seldom leaves many to select among.
  const negligible = (limit * total) / weights.length;
  const values = new Float64Array(weights.length);
  const masses = new Float64Array(weights.length);
  let count = 0;
  let gone = 0;
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    if (weight === 0) continue;
    if (weight < negligible) {
      gone += weight;
      weights[token] = 0;
      continue;
    }
    values[count] = scores[token]!;
    masses[count++] = weight / total;
  }
  const cut = cutSmallest(values.subarray(0, count), masses.subarray(0, count), limit - gone / total);
  let surplus = cut.surplus;
  for (let token = weights.length - 1; token >= 0; token--) {
    const score = scores[token]!;
    if (score < cut.value || (score === cut.value && surplus-- > 0)) weights[token] = 0;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
