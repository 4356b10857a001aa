import { expect, test, vi } from "vitest";
import { OdinError } from "../runtime/errors";
import { exp } from "../runtime/exact";
import { uniform } from "../runtime/random";
import {
  argmax,
  checkSampling,
  nextTokenProbabilities,
  Sampler,
  SAMPLING_DEFAULTS,
  sampleToken,
  type SamplingOptions,
} from "../runtime/sampling";
import { cutSmallest } from "../runtime/selection";

// Against transformers and Python: tests/space/test_sampling.py.

const plain: SamplingOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
const logsOf = (...probabilities: number[]) => probabilities.map(Math.log);

function chances(logits: number[], options: Partial<SamplingOptions>, history: number[] = []): number[] {
  return Array.from(nextTokenProbabilities(logits, { ...plain, ...options }, history));
}

/** The tokens that may come. */
function kept(logits: number[], options: Partial<SamplingOptions>): number[] {
  return chances(logits, options).flatMap((p, token) => (p > 0 ? [token] : []));
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OdinError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}

test("argmax takes the first of equals", () => {
  expect(argmax([1, 3, 3, 2])).toBe(1);
  expect(argmax(new Float32Array([-5]))).toBe(0);
});

test("temperature 0 is greedy whatever the draw, after the repetition penalty", () => {
  const greedy = { ...plain, temperature: 0, repetitionPenalty: 2 };
  for (const u of [0, 0.5, 0.999]) {
    expect(sampleToken([0, 3, 2], greedy, [], u)).toBe(1);
    expect(sampleToken([0, 3, 2], greedy, [1], u)).toBe(2);
    expect(sampleToken([0, 3, 2], greedy, [1, 1, 2], u)).toBe(1);
    expect(sampleToken([-1, -3, -2], greedy, [0], u)).toBe(0); // -2 and -2: the first of equals
    expect(sampleToken([-1, -3, -1.5], greedy, [0], u)).toBe(2);
  }
  expect(chances([0, 3, 2], { temperature: 0 })).toEqual([0, 1, 0]);
});

test("top-k keeps those as likely as the k-th", () => {
  expect(kept([1, -2, 0.5, 3], { topK: 2 })).toEqual([0, 3]);
  expect(kept([1, -2, 1, 3, 1], { topK: 2 })).toEqual([0, 2, 3, 4]);
  expect(kept([1, -2, 1], { topK: 9 })).toEqual([0, 1, 2]);
});

test("top-p keeps the fewest that reach p, and at least one", () => {
  const logits = logsOf(0.15, 0.5, 0.05, 0.3);
  expect(kept(logits, { topP: 0.6 })).toEqual([1, 3]);
  expect(kept(logits, { topP: 0.81 })).toEqual([0, 1, 3]);
  expect(kept(logits, { topP: 1e-9 })).toEqual([1]);
  expect(kept(logits, { topP: 1e-300 })).toEqual([1]);
  // Sums that reach p exactly, in the arithmetic that transformers has.
  expect(kept([0, 0, 0, 0], { topP: 0.5 })).toEqual([0, 1]);
  expect(kept([0, 0, 0, 0], { topP: 0.75 })).toEqual([0, 1, 2]);
});

test("the nucleus is taken of what top-k left, and min-p of the likeliest that is left", () => {
  const logits = logsOf(0.4, 0.3, 0.2, 0.1);
  // Of the two kept, the first has 4/7 of the mass, which is above one half.
  expect(kept(logits, { topK: 2, topP: 0.5 })).toEqual([0]);
  expect(kept(logits, { minP: 0.45 })).toEqual([0, 1, 2]);
  expect(kept(logits, { minP: 1 })).toEqual([0]);
  expect(kept([1, 1, 0], { minP: 1 })).toEqual([0, 1]);
  // At temperature 2 the last has half the likelihood of the first.
  expect(kept(logits, { temperature: 2, minP: 0.45 })).toEqual([0, 1, 2, 3]);
});

test("the draw inverts the distribution in the order of the ids", () => {
  const logits = logsOf(0.25, 0.5, 0.25);
  const draw = (u: number) => sampleToken(logits, plain, [], u);
  expect([0, 0.24, 0.26, 0.74, 0.76, 1 - 2 ** -53].map(draw)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(codeOf(() => draw(1))).toMatch(/^bad-option: A draw needs/);
});

test("impossible tokens never come, at either end of the draw", () => {
  const logits = [-Infinity, 0, -800, 0, -Infinity];
  expect(sampleToken(logits, plain, [], 0)).toBe(1);
  expect(sampleToken(logits, plain, [], 1 - 2 ** -53)).toBe(3);
});

test("logits are left as they were", () => {
  const logits = Float32Array.from([1, 2, 3]);
  sampleToken(logits, { ...plain, topK: 2, topP: 0.5, minP: 0.1, repetitionPenalty: 2 }, [2], 0.5);
  expect(Array.from(logits)).toEqual([1, 2, 3]);
});

test.each([0, 1])("broken scores are an error at temperature %i, not a token", (temperature) => {
  const draw = (logits: number[], history: number[] = []) =>
    codeOf(() => sampleToken(logits, { ...plain, temperature, repetitionPenalty: 1.1 }, history, 0.5));
  expect(draw([1, NaN, 2])).toMatch(/^engine: .*the score of token 1 is NaN/);
  expect(draw([1, 2, Infinity])).toMatch(/^engine: .*the score of token 2 is Infinity/);
  expect(draw([-Infinity, -Infinity])).toMatch(/^engine: .*no token/);
  expect(draw([])).toMatch(/^engine: .*no token/);
  expect(draw([1, 2], [0, 2])).toMatch(/^engine: .*has token 2, and only 2 have scores/);
});

test("options get their defaults, and others' keys are left alone", () => {
  expect(checkSampling({})).toEqual(SAMPLING_DEFAULTS);
  const given = { temperature: 0.5, topK: undefined, seed: 2 ** 32 - 1, maxTokens: 5 };
  expect(checkSampling(given)).toEqual({ ...SAMPLING_DEFAULTS, temperature: 0.5, seed: 2 ** 32 - 1 });
});

test.each([
  ["temperature", [NaN, -0.1, 10.5, "1", null, Infinity]],
  ["topK", [NaN, -1, 1.5, "5", Infinity]],
  ["topP", [NaN, 0, -1, 1.01, "0.5"]],
  ["minP", [NaN, -0.1, 1.01, true]],
  ["repetitionPenalty", [NaN, 0, -1, 101, 5n, Infinity]],
  ["seed", [NaN, -1, 0.5, 2 ** 32, "42"]],
] as [string, unknown[]][])("%s is checked", (name, refused) => {
  for (const value of refused) {
    const message = codeOf(() => checkSampling({ [name]: value }));
    expect(message).toMatch(new RegExp(`^bad-option: ${name} must be .*; it was`));
    expect(message).toContain(String(value));
  }
});

test("a sampler draws with the number of seed and index, in any order of calls", () => {
  const logits = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const options = { temperature: 0.9, topP: 0.9 };
  const sampler = new Sampler(options, 7);
  const drawn = [5, 3, 5, 0].map((index) => sampler.next(logits, [], index));
  expect(drawn).toEqual([5, 3, 5, 0].map((i) => sampleToken(logits, { ...plain, ...options }, [], uniform(7, i))));
  const others = Array.from({ length: 50 }, (_, i) => new Sampler(options, 8).next(logits, [], i));
  expect(others).not.toEqual(Array.from({ length: 50 }, (_, i) => sampler.next(logits, [], i)));
  expect(codeOf(() => new Sampler({ topP: 2 }, 7))).toMatch(/^bad-option: topP/);
  expect(codeOf(() => new Sampler({}, -1))).toMatch(/^bad-option: seed/);
});

test("no function that engines may compute differently is called", () => {
  const uncertain = ["exp", "expm1", "log", "log2", "log1p", "pow", "tanh", "sin", "random"] as const;
  const logits = Float32Array.from({ length: 100 }, (_, i) => (i * 37) % 11);
  const spies = uncertain.map((name) => vi.spyOn(Math, name));
  new Sampler({ temperature: 0.7, topK: 50, topP: 0.9, minP: 0.01, repetitionPenalty: 1.2 }, 3).next(logits, [1], 0);
  const calls = spies.map((spy) => spy.mock.calls.length);
  vi.restoreAllMocks();
  expect(calls).toEqual(uncertain.map(() => 0));
});

test("exp at the ends of its range", () => {
  expect([0, -0, -Infinity, -800, Infinity, 800].map(exp)).toEqual([1, 1, 0, 0, Infinity, Infinity]);
  expect(exp(NaN)).toBeNaN();
  expect(exp(-745.1332191019411)).toBe(5e-324);
  expect(exp(709.7827128933841)).toBe(Infinity);
});

test("a selection is what sorting gives, whatever the order", () => {
  const sizes = [1, 2, 3, 4, 5, 17, 1000];
  const orders: ((i: number, n: number) => number)[] = [
    (i) => i,
    (i) => -i,
    (i, n) => Math.min(i, n - i),
    (i) => i % 3,
    () => 5,
    (i) => uniform(1, i),
  ];
  for (const size of sizes) {
    for (const order of orders) {
      const values = Float64Array.from({ length: size }, (_, i) => order(i, size));
      const sorted = values.toSorted();
      for (const out of new Set([0, 1, size >> 1, size - 1])) {
        if (out >= size) continue;
        const cut = cutSmallest(values.slice(), new Float64Array(size).fill(1), out);
        expect(cut.value).toBe(sorted[out]);
        expect(cut.surplus).toBe(out - sorted.indexOf(sorted[out]!));
      }
      // The largest stays, whatever the limit.
      expect(cutSmallest(values.slice(), new Float64Array(size).fill(1), 2 * size).value).toBe(sorted[size - 1]);
    }
  }
});
