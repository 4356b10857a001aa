import { expect, test } from "vitest";
import { promised } from "../runtime/precision";
import { parseTrainingDescription } from "../runtime/training/description";
import { readSafetensors, writeSafetensors } from "../runtime/training/safetensors";
import { Trainer } from "../runtime/training/trainer";
import type { TrainingBatch } from "../runtime/training/types";
import { batchOf, describedAs, FakeGraph, firstParameters } from "./training.fakes";

const LORA = { rank: 8, alpha: 16, targets: ["in_proj"] };

test("a description is read as it is", () => {
  const frozen = "onnx/model_quantized.onnx";
  const lora = describedAs({ kind: "lora", lora: LORA, frozen, dtype: "q8", tied: ["a", "b"] });
  for (const description of [describedAs(), lora]) {
    expect(parseTrainingDescription(JSON.parse(JSON.stringify(description)))).toEqual(description);
  }
});

test.each([
  [{ format: 2 }, "incompatible", "has format 2"],
  [{ format: 0 }, "corrupt", "format must be 1"],
  [{ kinds: "full" }, "corrupt", "kinds"],
  [{ kind: "dora" }, "corrupt", "kind"],
  [{ seq: 1 }, "corrupt", "seq must be 2 or more"],
  [{ batch: 1.5 }, "corrupt", "batch must be an integer"],
  [{ graph: "../other.onnx" }, "corrupt", "graph must be the path"],
  [{ parameters: "https://example.org/x" }, "corrupt", "parameters must be the path"],
  [{ lora: LORA }, "corrupt", "lora must be null for kind full"],
  [{ kind: "lora" }, "corrupt", "lora must be set for kind lora"],
  [{ pad_token_id: 10 }, "corrupt", "pad_token_id"],
  [{ precision: { loss_scaling: "no" } }, "corrupt", "precision.loss_scaling"],
  [{ optimizer: { name: "AdamW", betas: [0.9], eps: 0, weight_decay: 0 } }, "corrupt", "optimizer.betas"],
  [{ graph_sha256: "B".repeat(64) }, "corrupt", "graph_sha256"],
  [{ verified: { ...describedAs().verified, steps: 0 } }, "corrupt", "verified.steps must be an integer from 1"],
])("a description with %j is refused", (changes, code, words) => {
  const refusal = expect.objectContaining({ code, message: expect.stringContaining(words) });
  expect(() => parseTrainingDescription({ ...describedAs(), ...changes })).toThrow(refusal);
});

function training(changes: Parameters<typeof describedAs>[0] = {}): { trainer: Trainer; graph: FakeGraph } {
  const graph = new FakeGraph();
  return { graph, trainer: new Trainer(graph, describedAs(changes), firstParameters()) };
}

/** All that a step may change. */
function snapshot({ state }: Trainer): unknown {
  return structuredClone(state);
}

test("a step is taken over when it is applied, and not before", async () => {
  const { trainer, graph } = training();
  const before = snapshot(trainer);
  const computed = await trainer.compute(batchOf(), { lr: 0.5 });
  expect(snapshot(trainer)).toEqual(before);
  expect(computed).toMatchObject({ gradientNorm: 3, skipped: false, settings: { lr: 0.5, clip: 1, lossScale: 1 } });
  expect(computed.loss).toBeCloseTo(1.03, 6);
  trainer.apply(computed);
  expect([...trainer.state.parameters]).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  expect([...trainer.state.m, ...trainer.state.v]).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  trainer.apply(await trainer.compute(batchOf(), { lr: 0.25, clip: 2 }));
  expect(graph.runs.map((run) => [run["step"], run["clip"], run["m.b"]].map((input) => input!.data[0]))).toEqual([
    [1, 1, 0],
    [2, 2, 1],
  ]);
  const { shape } = graph.runs[0]!["parameter.w"]!;
  expect([shape, graph.runs[0]!["labels"]!.data[2]]).toEqual([[2, 2], 5n]);
  const { tensors } = readSafetensors(trainer.parameters());
  expect([...tensors.keys()]).toEqual(["w", "b"]);
  expect(new Float32Array(tensors.get("b")!.bytes.slice().buffer)).toEqual(Float32Array.of(4.25));
});

test("what was stored is restored whole", async () => {
  const { trainer } = training();
  trainer.apply(await trainer.compute(batchOf(), { lr: 0.5 }));
  const other = training().trainer;
  other.restore(structuredClone(trainer.state));
  expect(snapshot(other)).toEqual(snapshot(trainer));
  expect(other.parameters()).toEqual(trainer.parameters());
});

const whole = batchOf();
const changed = (key: "inputIds" | "labels" | "segments", place: number, value: number): TrainingBatch => {
  const values = [...whole[key]];
  values[place] = value;
  return { ...whole, [key]: values as unknown as Int32Array };
};

test.each<[string, TrainingBatch, string]>([
  ["other rows", batchOf(3, { rows: 3 }), "takes 2 rows of 4 tokens, not 3 of 4"],
  ["too few numbers", batchOf(3, { labels: new Int32Array(7) }), "labels must have 8 numbers"],
  ["no labels", { ...whole, labels: undefined as unknown as Int32Array }, "labels must have 8 numbers"],
  ["an id that is NaN", changed("inputIds", 1, NaN), "inputIds of row 1, token 2 must be a whole number"],
  ["an id beyond the vocabulary", changed("inputIds", 6, 10), "of row 2, token 3 must be a whole number from 0 to 9"],
  ["a fraction", changed("inputIds", 0, 0.5), "not 0.5"],
  ["a label that is NaN", changed("labels", 1, NaN), "labels of row 1, token 2"],
  ["another token as label", changed("labels", 2, 9), "or the token itself, 5, not 9"],
  ["a negative segment", changed("segments", 0, -1), "segments of row 1, token 1"],
  ["a label at the beginning of a row", changed("labels", 4, 2), "labels of row 2, token 1 must be -100"],
  ["a label at the beginning of a document", changed("segments", 2, 1), "labels of row 1, token 3 must be -100"],
  ["nothing to learn", batchOf(3, { labels: new Int32Array(8).fill(-100) }), "all labels are masked"],
  ["no batch", null as unknown as TrainingBatch, "a batch is an object"],
])("a batch with %s is refused before anything is computed", async (_, batch, words) => {
  const { trainer, graph } = training();
  await expect(trainer.compute(batch, { lr: 1 })).rejects.toMatchObject({
    code: "bad-data",
    message: expect.stringContaining(words),
  });
  expect(graph.runs).toHaveLength(0);
});

test.each([{ lr: 0 }, { lr: NaN }, { lr: Infinity }, { lr: 1, clip: -1 }, { lr: 1, lossScale: 0 }, { lr: 1e39 }])(
  "the settings %j are refused",
  async (settings) => {
    const { trainer, graph } = training();
    await expect(trainer.compute(batchOf(), settings)).rejects.toMatchObject({ code: "bad-option" });
    expect(graph.runs).toHaveLength(0);
  },
);

test("a run that fails leaves all as it was", async () => {
  const { trainer, graph } = training();
  trainer.apply(await trainer.compute(batchOf(), { lr: 0.5 }));
  const before = snapshot(trainer);
  graph.outcome = () => new Error("out of memory");
  await expect(trainer.compute(batchOf(), { lr: 0.5 })).rejects.toThrow("out of memory");
  expect(snapshot(trainer)).toEqual(before);
});

test("an overflow is skipped, and the next loss is scaled by half", async () => {
  const { trainer, graph } = training({ precision: { loss_scaling: true } });
  graph.outcome = (run) => ({ overflow: run === 1 });
  const skipped = await trainer.compute(batchOf(), { lr: 0.5 });
  trainer.apply(skipped);
  expect([skipped.skipped, skipped.settings.lossScale, trainer.state.step]).toEqual([true, 65536, 0]);
  expect([...trainer.state.parameters]).toEqual([1, 2, 3, 4, 5]);
  const next = await trainer.compute(batchOf(), { lr: 0.5 });
  trainer.apply(next);
  expect([next.skipped, next.settings.lossScale, trainer.state.step]).toEqual([false, 32768, 1]);
});

test("after 2,000 good steps in a row the loss scale doubles, but never above what it began with", async () => {
  for (const [loss_scaling, after] of [[true, [65536, 65536]], [false, [1, 1]]] as const) {
    const { trainer, graph } = training({ precision: { loss_scaling } });
    graph.outcome = (run) => ({ overflow: run === 1 });
    const step = async () => trainer.apply(await trainer.compute(batchOf(), { lr: 1e-3 }));
    for (let i = 0; i < 2000; i++) await step();
    expect(trainer.state.lossScale).toBe(loss_scaling ? 32768 : 1);
    const scales: number[] = [];
    for (let i = 0; i < 2; i++) {
      await step();
      scales.push(trainer.state.lossScale);
      for (let more = 1; i === 0 && more < 2000; more++) await step();
    }
    expect(scales).toEqual(after);
  }
});

test.each([{ overflow: true }, { loss: NaN }, { loss: Infinity }])(
  "without scaling %j three times in a row is the end, unless a step goes well between",
  async (outcome) => {
    const { trainer, graph } = training();
    const step = async () => {
      const computed = await trainer.compute(batchOf(), { lr: 0.5 });
      trainer.apply(computed);
      return computed.skipped;
    };
    graph.outcome = (run) => (run === 3 ? {} : outcome);
    const skipped: boolean[] = [];
    for (let i = 0; i < 5; i++) skipped.push(await step());
    expect(skipped).toEqual([true, true, false, true, true]);
    const before = snapshot(trainer);
    await expect(step()).rejects.toMatchObject({ code: "diverged" });
    expect(snapshot(trainer)).toEqual(before);
    expect(trainer.state).toMatchObject({ step: 1, lossScale: 1 });
  },
);

test("parameters of another graph, or a file that was cut, are refused", () => {
  const other = writeSafetensors([["w", { shape: [1], data: Float32Array.of(1) }]]);
  const cut = firstParameters().slice(0, -4);
  for (const file of [other, cut]) {
    const make = () => new Trainer(new FakeGraph(), describedAs(), file);
    expect(make).toThrow(expect.objectContaining({ code: "corrupt" }));
  }
});

test("beside int8 projections low-rank factors are float32, and said to be", () => {
  const { projections, projection_weights: weights, head } = promised("q8", {}, "lora");
  expect([projections, weights, head]).toEqual(["float32, int8", "float32, int8", "int8"]);
  expect(promised("fp32", {}, "lora")).toEqual(promised("fp32", {}));
  expect(promised("q8", {}, "full")).toEqual(promised("q8", {}));
});
