import { describe, expect, it } from "vitest";
import { compare, text } from "../app/reference/compare";
import { median } from "../app/ui/numbers";
import type { Runner } from "../app/reference/protocol";

/** Runners on a clock of their own, which takes `cost(context)` milliseconds to read and 2 for each token. */
function bench(...costs: ((context: number) => number)[]) {
  let time = 0;
  const calls: { who: number; context: number; first: number }[] = [];
  const runners = costs.map((cost, who): Runner => ({
    vocabSize: 4096,
    dispose: () => {},
    run: async (tokens, decodeTokens) => {
      calls.push({ who, context: tokens.length, first: tokens[0]! });
      const steps = decodeTokens - 1;
      time += cost(tokens.length) + 2 * steps;
      return { prefillMs: cost(tokens.length), decodeMs: 2 * steps, steps };
    },
  }));
  return { runners, calls, now: () => time };
}

describe("compare", () => {
  it("measures in turns, after a warm-up of each that does not count", async () => {
    const { runners, calls, now } = bench(
      (n) => n,
      (n) => 3 * n,
    );
    const { points, leftOut } = await compare(runners, {
      contexts: [10, 20],
      rounds: 2,
      decodeTokens: 5,
      warmUpMs: 0,
      now,
    });
    expect(calls.map(({ who }) => who)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(calls.slice(2).map(({ context }) => context)).toEqual([10, 10, 10, 10, 20, 20, 20, 20]);
    expect(points).toEqual([
      [
        { context: 10, rounds: 2, prefillMs: 10, tokenMs: 2 },
        { context: 20, rounds: 2, prefillMs: 20, tokenMs: 2 },
      ],
      [
        { context: 10, rounds: 2, prefillMs: 30, tokenMs: 2 },
        { context: 20, rounds: 2, prefillMs: 60, tokenMs: 2 },
      ],
    ]);
    expect(leftOut).toEqual([]);
  });

  it("warms all up for as long as is asked", async () => {
    const { runners, calls, now } = bench(
      () => 200,
      () => 100,
    );
    await compare(runners, { contexts: [8], rounds: 1, warmUpMs: 1000, now });
    // A turn of both takes 392 ms, so that three are needed.
    expect(calls.map(({ who }) => who)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("gives all runners of a round the same text, and each round another one", async () => {
    const { runners, calls, now } = bench(
      () => 1,
      () => 1,
    );
    await compare(runners, { contexts: [8], rounds: 3, warmUpMs: 0, now });
    const firsts = calls.map(({ first }) => first);
    for (let i = 0; i < firsts.length; i += 2) expect(firsts[i]).toBe(firsts[i + 1]);
    expect(new Set(firsts).size).toBe(4);
  });

  it("leaves out what would take too long, and takes fewer rounds before that", async () => {
    const { runners, now } = bench((n) => n * n);
    const { points, leftOut } = await compare(runners, {
      contexts: [100, 200, 400, 800],
      rounds: 3,
      decodeTokens: 1,
      budgetMs: 300_000,
      warmUpMs: 0,
      now,
    });
    // 30 s for the first, 120 s for the second; then one round of 160 s is expected to take 40 * 2 ** 1.5 = 113 s.
    expect(points[0]!.map(({ context, rounds }) => [context, rounds])).toEqual([
      [100, 3],
      [200, 3],
      [400, 1],
    ]);
    expect(leftOut).toEqual([800]);
  });

  it("tells how far it is, up to the end", async () => {
    const { runners, now } = bench(
      () => 1,
      () => 1,
    );
    const told: number[][] = [];
    const onProgress = (...now: number[]) => void told.push(now);
    await compare(runners, { contexts: [4, 8], rounds: 2, warmUpMs: 0, now, onProgress });
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((done) => [done < 4 ? 4 : 8, done, 8]));
  });

  it("ends with the reason of an abort, also when that makes a runner fail", async () => {
    const stop = new AbortController();
    const runner: Runner = {
      vocabSize: 100,
      dispose: () => {},
      run: async (tokens) => {
        if (tokens.length !== 50) return { prefillMs: 1, decodeMs: 1, steps: 1 };
        stop.abort(new Error("the visitor"));
        throw new Error("unloaded");
      },
    };
    const measured = compare([runner], { contexts: [20, 50], warmUpMs: 0, signal: stop.signal });
    await expect(measured).rejects.toThrow("the visitor");
    await expect(compare([runner], { contexts: [50], warmUpMs: 0 })).rejects.toThrow("unloaded");
  });
});

it("median", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

it("texts stay within the vocabulary and away from special tokens", () => {
  for (const round of [0, 1, 7]) {
    const ids = text(5000, round, 97);
    expect(Math.min(...ids)).toBe(3);
    expect(Math.max(...ids)).toBe(96);
  }
});
