import { expect, test } from "vitest";
import { argmax, mulberry32, sampleToken } from "../runtime/sampling";

const all = { temperature: 1, topK: 0, topP: 1 };

/** Share of each index over many draws. */
function shares(logits: number[], options: typeof all, draws = 20_000): number[] {
  const random = mulberry32(1);
  const counts = logits.map(() => 0);
  for (let i = 0; i < draws; i++) counts[sampleToken(logits, options, random())]!++;
  return counts.map((count) => count / draws);
}

function softmax(logits: number[], temperature = 1): number[] {
  const weights = logits.map((x) => Math.exp(x / temperature));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((x) => x / total);
}

test("the generator is uniform, repeatable and differs between seeds", () => {
  const draw = (seed: number, n: number) => Array.from({ length: n }, mulberry32(seed));
  expect(draw(7, 100)).toEqual(draw(7, 100));
  expect(draw(7, 100)).not.toEqual(draw(8, 100));
  const many = draw(3, 100_000);
  expect(Math.min(...many)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...many)).toBeLessThan(1);
  for (let i = 0; i < 10; i++) {
    expect(many.filter((x) => Math.floor(x * 10) === i).length / many.length).toBeCloseTo(0.1, 2);
  }
});

test("argmax takes the first of equals", () => {
  expect(argmax([1, 3, 3, 2])).toBe(1);
  expect(argmax(new Float32Array([-5]))).toBe(0);
});

test("temperature 0 is greedy whatever the draw", () => {
  for (const u of [0, 0.5, 0.999]) expect(sampleToken([0, 2, 1], { ...all, temperature: 0 }, u)).toBe(1);
});

test("draws follow softmax(logits / temperature)", () => {
  const logits = [1, -2, 0.5, 3];
  for (const temperature of [0.5, 1, 2]) {
    const wanted = softmax(logits, temperature);
    shares(logits, { ...all, temperature }).forEach((share, i) => expect(share).toBeCloseTo(wanted[i]!, 1.7));
  }
});

test("top-k keeps the k likeliest and renormalises", () => {
  const got = shares([1, -2, 0.5, 3], { ...all, topK: 2 });
  expect(got[1]).toBe(0);
  expect(got[2]).toBe(0);
  expect(got[0]! / got[3]!).toBeCloseTo(Math.exp(1 - 3), 1.7);
});

test("top-p keeps the smallest set that reaches p, and at least one token", () => {
  const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log);
  expect(shares(logits, { ...all, topP: 0.6 }).map((share) => share > 0)).toEqual([true, true, false, false]);
  expect(shares(logits, { ...all, topP: 0.81 }).map((share) => share > 0)).toEqual([true, true, true, false]);
  expect(shares(logits, { ...all, topP: 1e-9 })).toEqual([1, 0, 0, 0]);
});

test("top-k, then top-p: the nucleus is taken of what top-k left", () => {
  const logits = [0.4, 0.3, 0.2, 0.1].map(Math.log);
  // Of the two kept, the first has 4/7 of the mass, which is above one half.
  expect(shares(logits, { temperature: 1, topK: 2, topP: 0.5 })).toEqual([1, 0, 0, 0]);
});

test("the ends of the draw stay inside, also with impossible tokens", () => {
  const logits = [-Infinity, 0, 0, -Infinity];
  expect(sampleToken(logits, all, 0)).toBe(1);
  expect(sampleToken(logits, all, 1 - 2 ** -32)).toBe(2);
});
