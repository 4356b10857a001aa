import { describe, expect, it } from "vitest";
import type { GenerateCall, Prompt } from "../runtime/index";
import { binned, cacheBytes, dimensionsOf, stateBytes } from "../app/dashboard/figures";
import { verdict } from "../app/dashboard/verdict";
import { keptFrom, measuring } from "../app/measuring";
import type { Point } from "../app/reference/compare";
import { timed } from "../app/reference/runners";
import { seconds } from "../app/ui/numbers";
import { linearScale, logScale } from "../app/ui/scale";

const NANO = { num_hidden_layers: 6, hidden_size: 192, num_heads: 6, head_dim: 32, conv_kernel_size: 4 };

describe("sizes", () => {
  it("are those of the states that the runtime makes", () => {
    // Of each layer a convolution's [3, 576] and a recurrence's [6, 32, 32], in float32.
    expect(stateBytes(dimensionsOf(NANO)!)).toBe(6 * (3 * 576 + 6 * 32 * 32) * 4);
    expect(cacheBytes(dimensionsOf(NANO)!, 2, 100)).toBe(6 * 100 * (2 * 32 + 2 * 32) * 4);
  });

  it("are unknown without a dimension", () => {
    expect(dimensionsOf({ ...NANO, head_dim: "32" })).toBeUndefined();
  });
});

describe("binned", () => {
  it("keeps a short answer as it is", () => {
    expect(binned([3, 1, 2])).toEqual({
      size: 1,
      bins: [
        { x: 1, y: 3 },
        { x: 2, y: 1 },
        { x: 3, y: 2 },
      ],
    });
  });

  it("takes medians of a long one, the last of what is left", () => {
    const { bins, size } = binned([1, 9, 2, 4, 4, 4, 7], 3);
    expect(size).toBe(3);
    expect(bins).toEqual([
      { x: 3, y: 2 },
      { x: 6, y: 4 },
      { x: 7, y: 7 },
    ]);
    expect(binned(Array<number>(8192).fill(1)).bins.length).toBeLessThanOrEqual(60);
  });
});

describe("verdict", () => {
  const point = (context: number, tokenMs: number, prefillMs = 10): Point => ({
    context,
    rounds: 3,
    prefillMs,
    tokenMs,
  });

  it("says who is faster where, also when it is the transformer", () => {
    const words = verdict([point(128, 2), point(4096, 2, 900)], [point(128, 1), point(4096, 25, 4200)])!;
    expect(words).toBe(
      "On this device, after 128 tokens of text the transformer writes 2.0 times as fast as ODIN " +
        "(ODIN 2.00 ms a token, the transformer 1.00 ms); " +
        "after 4,096 tokens of text ODIN writes 13 times as fast as the transformer " +
        "(ODIN 2.00 ms a token, the transformer 25.0 ms). " +
        "The first token after 4,096 tokens came in 900 ms from ODIN and in 4.2 s from the transformer.",
    );
  });

  it("calls what is within the noise equal", () => {
    expect(verdict([point(128, 1)], [point(128, 1.09)])).toContain("both write about as fast");
    expect(verdict([point(128, 1.09)], [point(128, 1)])).toContain("both write about as fast");
    expect(verdict([point(128, 1)], [point(128, 1.11)])).toContain("ODIN writes 1.1 times as fast");
  });

  it("says nothing of nothing", () => expect(verdict([], [])).toBeUndefined());
});

it("times are written with as many digits as they are good for", () => {
  const written = ["0.85 ms", "12.3 ms", "850 ms", "1.0 s", "1.9 s"];
  expect([0.854, 12.34, 850.4, 999.7, 1940].map(seconds)).toEqual(written);
});

it("one measurement keeps the other from beginning, and not itself", () => {
  expect(keptFrom("comparison")).toBeUndefined();
  measuring.value = "benchmark";
  expect(keptFrom("comparison")).toMatch(/^The benchmark is running/);
  expect(keptFrom("benchmark")).toBeUndefined();
  measuring.value = undefined;
});

describe("scales", () => {
  it("end at a round number at or above the largest", () => {
    expect(linearScale(26, 4).ticks).toEqual([0, 10, 20, 30]);
    expect(linearScale(0.3, 4).ticks).toEqual([0, 0.1, 0.2, 0.3]);
    expect(linearScale(1, 4).ticks.at(-1)).toBe(1);
    expect(linearScale(0, 4).ticks).toEqual([0, 0.5, 1]);
    for (const most of [1e-3, 0.7, 3, 99, 1234]) {
      const { at, ticks } = linearScale(most, 4);
      expect(at(most)).toBeLessThanOrEqual(1);
      expect(at(most)).toBeGreaterThan(0.5);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });

  it("put equal factors equally far apart", () => {
    const { at, ticks } = logScale([512, 128, 2048]);
    expect(ticks).toEqual([128, 512, 2048]);
    expect(ticks.map(at).map((place) => place.toFixed(6))).toEqual(["0.000000", "0.500000", "1.000000"]);
    expect(logScale([7]).at(7)).toBe(0.5);
  });
});

describe("the time of an answer of ODIN", () => {
  /** A model whose answers end of themselves after so many tokens, each of which after the first takes 1 ms. */
  function model(...lengths: number[]) {
    const read: number[] = [];
    const generate = async function* (prompt: Prompt, { maxTokens = 512 }: GenerateCall = {}) {
      read.push((prompt as { tokens: number[] }).tokens.length);
      const length = Math.min(lengths.shift() ?? Infinity, maxTokens);
      const tokens = Array<number>(length).fill(1);
      const finish = length < maxTokens ? "eos" : "length";
      yield* [];
      return { tokens, finish, prefillMs: 10 + read.length, decodeMs: length - 1 } as never;
    };
    return { llm: { generate }, read };
  }

  it("is that of one call when nothing ends it", async () => {
    const { llm, read } = model();
    expect(await timed(llm, [5, 6, 7], 24)).toEqual({ prefillMs: 11, decodeMs: 23, steps: 23 });
    expect(read).toEqual([3]);
  });

  it("is put together where the model ends it early, going on behind the answer", async () => {
    const { llm, read } = model(4, 1, 6);
    const { prefillMs, decodeMs, steps } = await timed(llm, [5, 6, 7], 24);
    expect(prefillMs).toBe(11);
    expect(steps).toBe(decodeMs);
    expect(steps).toBeGreaterThanOrEqual(23);
    expect(read).toEqual([3, 8, 10, 17]);
  });

  it("cannot be told when the model ends everything at once", async () => {
    const { llm, read } = model(...Array<number>(100).fill(1));
    await expect(timed(llm, [5], 24)).rejects.toThrow("cannot be timed");
    expect(read.length).toBe(20);
  });
});
