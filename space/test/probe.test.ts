import { InferenceSession, Tensor } from "onnxruntime-web";
import { describe, expect, test, vi } from "vitest";
import { probe, TOLERANCE, type ProbeSession } from "../runtime/probe";
import { STATES } from "../runtime/probegraphs";

/** The tiny model on WebAssembly; `disturb` changes what it gives and keeps. */
async function open(graph: Uint8Array, disturb: Disturb = {}): Promise<Releasable> {
  const session = await InferenceSession.create(graph, { executionProviders: ["wasm"] });
  const int64 = (values: number[], dims: number[]) => new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  const zeros = (dims: number[]) => new Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  const states: Record<string, Tensor> = {};
  for (const [name, dims] of Object.entries(STATES)) states[name] = zeros(dims);
  const opened: Releasable = {
    released: false,
    async step(ids, mask) {
      const results = await session.run({
        input_ids: int64(ids, [1, ids.length]),
        attention_mask: int64(mask, [1, mask.length]),
        num_logits_to_keep: int64([1], []),
        ...states,
      });
      for (const name of Object.keys(STATES)) {
        if (name !== disturb.forget) states[name] = results[name.replace("past_", "present_")]!;
      }
      const logits = (results["logits"]!.data as Float32Array).slice();
      return disturb.logits?.(logits) ?? logits;
    },
    async release() {
      opened.released = true;
      await session.release();
    },
  };
  return opened;
}

interface Releasable extends ProbeSession {
  released: boolean;
}

interface Disturb {
  forget?: string;
  logits?: (logits: Float32Array) => Float32Array;
}

const float32 = { fp16: false };

describe("a device that computes", () => {
  test.each([false, true])("passes, fp16: %s", async (fp16) => {
    const result = await probe(open, { fp16 });
    expect(result).toEqual({ ok: true, ms: expect.any(Number) });
    expect(result.ms).toBeGreaterThan(0);
  });

  test("is given its memory back", async () => {
    const opened: Releasable[] = [];
    await probe(async (graph) => (opened.push(await open(graph)), opened[0]!), float32);
    expect(opened.map((session) => session.released)).toEqual([true]);
  });

  test("but slowly is refused where that is asked for", async () => {
    const result = await probe(open, { ...float32, maxMs: 0 });
    expect(result.ok).toBe(false);
    expect(result.reason).toMatch(/token of a tiny test model took \d+ ms/);
  });
});

describe("a device that is refused", () => {
  const fill = (value: number) => (logits: Float32Array) => logits.fill(value);
  test.each<[string, Disturb, RegExp]>([
    ["computes zeros", { logits: fill(0) }, /wrong by/],
    ["computes NaN", { logits: fill(NaN) }, /no numbers/],
    ["computes infinity", { logits: fill(Infinity) }, /wrong by Infinity/],
    ["gives too few", { logits: (logits) => logits.slice(1) }, /no numbers/],
    ["is off in one place", { logits: (all) => all.map((x, i) => x + (i === 7 ? 2 * TOLERANCE : 0)) }, /by 0\.[23]/],
    ["forgets the recurrence", { forget: "past_recurrent.0" }, /wrong by/],
    ["forgets the convolution", { forget: "past_conv.0" }, /wrong by/],
  ])("%s", async (_, disturb, reason) => {
    const opened: Releasable[] = [];
    const result = await probe(async (graph) => (opened.push(await open(graph, disturb)), opened[0]!), float32);
    expect(result.ok).toBe(false);
    expect(result.reason).toMatch(reason);
    expect(opened[0]!.released).toBe(true);
  });

  test("throws while it loads, or while it runs", async () => {
    const lost = () => Promise.reject(new Error("device lost"));
    expect(await probe(lost, float32)).toEqual({ ok: false, reason: "device lost", ms: 0 });
    const released = vi.fn(async () => {});
    const result = await probe(async () => ({ step: lost, release: released }), float32);
    expect(result).toMatchObject({ ok: false, reason: "device lost" });
    expect(released).toHaveBeenCalledOnce();
  });

  test("never answers", async () => {
    vi.useFakeTimers();
    const result = probe(() => new Promise(() => {}), float32);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(await result).toMatchObject({ ok: false, reason: expect.stringMatching(/no result within 30 seconds/) });
  });
});
