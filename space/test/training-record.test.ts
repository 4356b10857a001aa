import { describe, expect, test } from "vitest";

import {
  checkTrainingRecord,
  parseTrainingRecord,
  trainingRecordId,
  type TrainingComputation,
  type TrainingRecord,
  type TrainingStep,
} from "../runtime/training/record";
import { VERSION } from "../runtime/version";

const hash = (digit: string) => digit.repeat(64);
const step: TrainingStep = {
  lr: 1e-3,
  clip: 1,
  lossScale: 1,
  loss: Math.fround(1.234567),
  gradientNorm: 5e-324,
  skipped: false,
  batchSha256: "0123456789abcdef",
};
const loaded: TrainingComputation = {
  hashes: { weights: hash("a"), graph: hash("b"), parameters: hash("c") },
  kind: "full",
  device: "wasm",
  threads: 1,
  precision: { parameters: "float32", loss_scaling: false },
  optimizer: { name: "AdamW", betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
  batch: { rows: 4, length: 128 },
};
const data = { sha256: hash("d"), examples: 100 };
const record: TrainingRecord = {
  format: 1,
  runtime: VERSION,
  model: { name: "odin-nano", version: "0.2.0" },
  ...loaded,
  seed: 7,
  data,
  steps: [step, { ...step, skipped: true, loss: null, gradientNorm: null, lossScale: 1024 }],
};

test("a record survives JSON, with its id and every bit of its numbers", () => {
  const numbers = [0.1 + 0.2, Math.fround(0.1), 1.7976931348623157e308, 5e-324, 1e21, 123456789.125, 1 / 3];
  const steps = numbers.map((value) => ({ ...step, loss: value, gradientNorm: value, lr: value }));
  const long = { ...record, steps };
  const parsed = parseTrainingRecord(JSON.stringify(long));
  expect(parsed).toEqual(long);
  expect(trainingRecordId(parsed)).toBe(trainingRecordId(long));
  expect(parseTrainingRecord(record)).toEqual(record);
  expect(parseTrainingRecord({ ...record, data: null, model: { name: null, version: null } }).data).toBeNull();
});

test("the id is of what it says, not of the order of its keys", () => {
  const id = trainingRecordId(record);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(trainingRecordId(Object.fromEntries(Object.entries(record).reverse()) as unknown as TrainingRecord)).toBe(id);
  expect(trainingRecordId({ ...record, seed: 8 })).not.toBe(id);
  expect(trainingRecordId({ ...record, steps: record.steps.slice(1) })).not.toBe(id);
});

describe("what is no record", () => {
  const steps = (change: object) => ({ steps: [step, { ...step, ...change }] });
  test.each<[string, object]>([
    ["unknown key of the record 'sed'; did you mean 'seed'?", { sed: 1 }],
    ["format must be 1, which this version", { format: 2 }],
    ["kind must be one of full, lora", { kind: 1 }],
    ["hashes.graph must be 64 digits", { hashes: { ...record.hashes, graph: "b" } }],
    ["hashes lacks parameters", { hashes: { weights: hash("a"), graph: hash("b") } }],
    ["threads must be an integer from 1", { threads: 0 }],
    ["precision.parameters must be a string", { precision: { parameters: 32 } }],
    ["optimizer.betas must be two numbers", { optimizer: { ...record.optimizer, betas: [0.9] } }],
    ["optimizer.eps must be a number of at least 0", { optimizer: { ...record.optimizer, eps: "1e-8" } }],
    ["optimizer lacks weight_decay", { optimizer: { name: "AdamW", betas: [0.9, 0.999], eps: 1e-8 } }],
    ["batch.rows must be an integer", { batch: { rows: 0.5, length: 1 } }],
    ["seed must be an integer from 0 to 2^53 - 1, not integer -1", { seed: -1 }],
    ["data.sha256 must be 64 digits", { data: { sha256: hash("D"), examples: 1 } }],
    ["data.examples must be an integer from 1", { data: { sha256: hash("d"), examples: 0 } }],
    ["steps must be a list", { steps: {} }],
    ["steps[1] lacks lr, clip", { steps: [step, {}] }],
    ["steps[1].lr must be a number above 0", steps({ lr: 0 })],
    ["steps[1].clip must be a number above 0, not number Infinity", steps({ clip: Infinity })],
    ["steps[1].lossScale must be a number above 0", steps({ lossScale: NaN })],
    ["steps[1].loss must be a number of at least 0, not null", steps({ loss: null })],
    ["steps[1].gradientNorm must be a number of at least 0", steps({ gradientNorm: -1 })],
    ["steps[1].skipped must be true or false", steps({ skipped: 0 })],
    ["steps[1].batchSha256 must be 16 digits", steps({ batchSha256: hash("0") })],
  ])("%s", (words, change) => {
    const attempt = () => parseTrainingRecord({ ...record, ...change });
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-record" }));
  });

  test.each(["", "[]", "null", '{"format": 1', "{}"])("%j", (text) => {
    expect(() => parseTrainingRecord(text)).toThrow(expect.objectContaining({ code: "bad-record" }));
  });
});

describe("whether it can be computed again", () => {
  const hashes = (change: object) => ({ hashes: { ...loaded.hashes, ...change } });
  const precision = (change: object) => ({ precision: { ...loaded.precision, ...change } });

  test("by the same training, on the same data", () => {
    expect(checkTrainingRecord(record, loaded, data)).toEqual([]);
    const reordered = { weight_decay: 0, eps: 1e-8, betas: [0.9, 0.999] as const, name: "AdamW" };
    expect(checkTrainingRecord(record, { ...loaded, optimizer: reordered }, data)).toEqual([]);
  });

  test("on any data, when it does not say which", () => {
    expect(checkTrainingRecord({ ...record, data: null }, loaded, data)).toEqual([]);
  });

  test.each<[string, Partial<TrainingComputation>]>([
    ["other weights (recorded aaaaaaaaaaaa..., now eeeeeeeeeeee...)", hashes({ weights: hash("e") })],
    ["other training graph", hashes({ graph: hash("e") })],
    ["other first parameters", hashes({ parameters: hash("e") })],
    ["other kind of training (recorded full, now lora)", { kind: "lora" }],
    ["other optimizer", { optimizer: { ...loaded.optimizer, eps: 1e-6 } }],
    ["other size of a batch", { batch: { rows: 4, length: 64 } }],
    ["other precision of loss_scaling (recorded false, now true)", precision({ loss_scaling: true })],
    ["other precision of loss (recorded null, now float16)", precision({ loss: "float16" })],
  ])("not: %s", (words, change) => {
    const attempt = () => checkTrainingRecord(record, { ...loaded, ...change }, data);
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-record" }));
    expect(attempt).toThrow("Load odin-nano 0.2.0 as it was then");
  });

  test("not on other examples", () => {
    const attempt = () => checkTrainingRecord(record, loaded, { sha256: hash("e"), examples: 99 });
    expect(attempt).toThrow("other number of examples (recorded 100, now 99), other examples (recorded dddd");
  });

  test("with a warning on other threads, another device or version", () => {
    const present = { ...loaded, threads: 4, device: "webgpu" };
    const warnings = checkTrainingRecord({ ...record, runtime: "0.0.1" }, present, data);
    expect(warnings.map((warning) => warning.slice(0, 12))).toEqual(["device was w", "threads was ", "odin-llm was"]);
  });
});
