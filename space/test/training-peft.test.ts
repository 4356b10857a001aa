import { describe, expect, test } from "vitest";

import { uniform } from "../runtime/random";
import { fromPeft, toPeft, type AdaptedModel } from "../runtime/training/peft";
import { floats, readSafetensors, writeSafetensors, type FloatTensor } from "../runtime/training/safetensors";
import type { AdapterFiles } from "../runtime/training/types";

// PEFT itself loads and saves such files in tests/space/test_training_files.py.
const PREFIX = "base_model.model.";
const IN_PROJ = "model.layers.0.time_mixing.in_proj";
const UP_PROJ = "model.layers.0.channel_mixing.up_proj";
const full: AdaptedModel = {
  kind: "full",
  lora: null,
  tied: ["lm_head.weight", "model.embed_tokens.weight"],
  weights_sha256: "a".repeat(64),
};
const lora: AdaptedModel = { ...full, kind: "lora", lora: { rank: 2, alpha: 4, targets: ["in_proj", "up_proj"] } };

/** Values that are all different, and sums of a few of them exact. */
function tensor(first: number, ...shape: number[]): FloatTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, (_, i) => first + i / 8) };
}

const weights = new Map([
  ["model.embed_tokens.weight", tensor(1, 5, 3)],
  ["model.layers.0.time_norm.weight", tensor(2, 3)],
  ["model.layers.0.time_mixing.beta_bias", tensor(3, 2)],
  [`${IN_PROJ}.weight`, tensor(4, 4, 3)],
  [`${UP_PROJ}.weight`, tensor(5, 2, 3)],
  ["model.norm.weight", tensor(6, 3)],
]);
const released = new Map([...weights].map(([name, { shape }], i) => [name, tensor(-i, ...shape)]));
const factors = new Map([
  [`${PREFIX}${IN_PROJ}.lora_A.weight`, tensor(1, 2, 3)],
  [`${PREFIX}${IN_PROJ}.lora_B.weight`, tensor(2, 4, 2)],
  [`${PREFIX}${UP_PROJ}.lora_A.weight`, tensor(3, 2, 3)],
  [`${PREFIX}${UP_PROJ}.lora_B.weight`, tensor(4, 2, 2)],
]);
const untrained = new Map(
  [...factors].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.includes("lora_A") ? data.map((value) => value + 100) : new Float32Array(data.length) },
  ]),
);

const config = { peft_type: "LORA", r: 2, lora_alpha: 4, target_modules: ["in_proj", "up_proj"] };
function files(tensors: Iterable<readonly [string, FloatTensor]>, change: object = {}, metadata = {}): AdapterFiles {
  return {
    "adapter_model.safetensors": writeSafetensors(tensors, metadata),
    "adapter_config.json": JSON.stringify({ ...config, ...change }),
  };
}
function values(tensors: ReadonlyMap<string, FloatTensor>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}
const key = (module: string, factor: "A" | "B") => `${PREFIX}${module}.lora_${factor}.weight`;
/** The two factors of a module. */
function pair(module: string, A: FloatTensor, B: FloatTensor): [string, FloatTensor][] {
  return [
    [key(module, "A"), A],
    [key(module, "B"), B],
  ];
}
/** All factors, one of them another or left out. */
function changed(name: string, other?: FloatTensor): Map<string, FloatTensor> {
  const all = new Map(factors);
  if (other) all.set(name, other);
  else all.delete(name);
  return all;
}
const configOf = (given: AdapterFiles) => JSON.parse(given["adapter_config.json"]) as Record<string, unknown>;

/** W + scale * B A of one module, from the definition. */
function product(module: string, scale: number): number[] {
  const { shape, data } = released.get(`${module}.weight`)!;
  const [outputs, inputs] = shape as [number, number];
  const [A, B] = ["A", "B"].map((letter) => factors.get(`${PREFIX}${module}.lora_${letter}.weight`)!.data);
  return Array.from(data, (value, place) => {
    const [o, i] = [Math.floor(place / inputs), place % inputs];
    expect(o).toBeLessThan(outputs);
    return value + scale * (B![2 * o]! * A![i]! + B![2 * o + 1]! * A![inputs + i]!);
  });
}

describe("what was trained here", () => {
  test("as a full fine-tune is exported under PEFT's names, the tied head twice, and comes back bit for bit", () => {
    const exported = toPeft(full, weights, "odin-nano");
    expect(configOf(exported)).toMatchObject({
      peft_type: "LORA",
      base_model_name_or_path: "odin-nano",
      target_modules: "dummy-target-modules",
      modules_to_save: ["embed_tokens", "time_norm", "time_mixing", "channel_mixing", "model.norm", "lm_head"],
      ensure_weight_tying: true,
    });
    const { tensors } = readSafetensors(exported["adapter_model.safetensors"]);
    expect(tensors.size).toBe(weights.size + 1);
    expect(floats(tensors.get(`${PREFIX}lm_head.weight`)!)).toEqual(weights.get("model.embed_tokens.weight")!.data);
    const loaded = fromPeft(exported, full, released);
    expect(loaded).toEqual(values(weights));
    expect([...loaded.keys()]).toEqual([...released.keys()]);
  });

  test("as LoRA is an ordinary LoRA adapter, and comes back bit for bit", () => {
    const exported = toPeft(lora, factors);
    expect(configOf(exported)).toMatchObject({ r: 2, lora_alpha: 4, target_modules: ["in_proj", "up_proj"] });
    expect(fromPeft(exported, lora, untrained)).toEqual(values(factors));
  });

  test("of an untied model names no tie", () => {
    const untied = new Map([...weights, ["lm_head.weight", tensor(7, 5, 3)] as const]);
    const exported = toPeft({ ...full, tied: null }, untied);
    expect(configOf(exported)["ensure_weight_tying"]).toBe(false);
    expect(fromPeft(exported, { ...full, tied: null }, untied)).toEqual(values(untied));
  });

  test.each([full, lora])("belongs to the weights it began with ($kind)", (model) => {
    const [parameters, base] = model.kind === "full" ? [weights, released] : [factors, untrained];
    const attempt = () => fromPeft(toPeft(model, parameters), { ...model, weights_sha256: "b".repeat(64) }, base);
    expect(attempt).toThrow("trained on other weights (aaaaaaaaaaaa..., loaded are bbbbbbbbbbbb...)");
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});

describe("LoRA of any rank", () => {
  test.each([
    [{}, 2, 2],
    [{ use_rslora: true, lora_alpha: 3 }, 3 / Math.SQRT2, 3 / Math.SQRT2],
    [{ alpha_pattern: { up_proj: 1 } }, 2, 0.5],
    [{ alpha_pattern: { "layers.0.*": 6, up_proj: 1 } }, 3, 3],
    [{ r: 7, rank_pattern: { "in_proj|up_proj": 2 } }, 2, 2],
    [{ alpha_pattern: { proj: 100, "mixing.up_proj": 100, "channel_mixing.up_proj": 8 } }, 2, 4],
  ])("is merged with the scale of its configuration: %o", (change, ofIn, ofUp) => {
    const loaded = fromPeft(files(factors, change), full, released);
    const expected = values(released);
    expected.set(`${IN_PROJ}.weight`, Float32Array.from(product(IN_PROJ, ofIn)));
    expected.set(`${UP_PROJ}.weight`, Float32Array.from(product(UP_PROJ, ofUp)));
    expect(loaded).toEqual(expected);
    expect(values(released).get(`${UP_PROJ}.weight`)).toEqual(tensor(-4, 2, 3).data);
  });

  test("goes into a training of a higher one: the scale into B, the rest of A as released", () => {
    const loaded = fromPeft(
      files(pair(UP_PROJ, tensor(3, 1, 3), tensor(4, 2, 1)), { r: 1, lora_alpha: 1 }),
      lora,
      untrained,
    );
    const A = untrained.get(key(UP_PROJ, "A"))!.data;
    expect(loaded.get(key(UP_PROJ, "A"))).toEqual(Float32Array.of(3, 3.125, 3.25, ...A.subarray(3)));
    // 1/1 of the file against 4/2 of the graph.
    expect(loaded.get(key(UP_PROJ, "B"))).toEqual(Float32Array.of(2, 0, 2.0625, 0));
    // A module that the adapter leaves alone has no effect.
    expect(loaded.get(key(IN_PROJ, "A"))).toEqual(untrained.get(key(IN_PROJ, "A"))!.data);
    expect(loaded.get(key(IN_PROJ, "B"))!.every((value) => value === 0)).toBe(true);
  });

  test("keys that are off, whatever they mean, change nothing", () => {
    const off = { use_dora: false, some_new_method: null, another: [], third: {}, peft_version: "9", lora_dropout: 1 };
    expect(fromPeft(files(factors, off), full, released)).toEqual(fromPeft(files(factors), full, released));
  });
});

describe("what is refused", () => {
  const nan = { shape: [2, 3], data: Float32Array.of(1, 2, NaN, 4, 5, 6) };
  const huge = { shape: [2, 2], data: new Float32Array(4).fill(3e38) };
  const head = [`${PREFIX}lm_head.weight`, tensor(1, 5, 3)] as const;
  const embedding = [`${PREFIX}model.embed_tokens.weight`, tensor(2, 5, 3)] as const;
  const both = { modules_to_save: ["lm_head", "embed_tokens"], ensure_weight_tying: true };
  const norm = { modules_to_save: ["model.norm"] };

  function refuses(given: AdapterFiles, code: string, words: string): void {
    const attempt = () => fromPeft(given, full, released);
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ name: "OdinError", code }));
  }

  test.each<[words: string, change: object]>([
    ['peft_type must be LORA, not string "IA3"', { peft_type: "IA3" }],
    ["asks for use_dora", { use_dora: true }],
    ["asks for fan_in_fan_out", { fan_in_fan_out: true }],
    ["asks for wobble, which is not supported: integer 1", { wobble: 1 }],
    ["bias must be none", { bias: "all" }],
    ["init_lora_weights must be true, gaussian", { init_lora_weights: "pissa" }],
    ["the pattern string", { alpha_pattern: { "(a+)+": 1 } }],
    ["the pattern string", { alpha_pattern: { [".*".repeat(20)]: 1 } }],
    ["the pattern string", { alpha_pattern: { "\\Aup_proj": 1 } }],
    ["the pattern string", { rank_pattern: { "up_proj++": 2 } }],
  ])("what only PEFT can do: %s %o", (words, change) => refuses(files(factors, change), "bad-data", words));

  test.each<[words: string, change: object]>([
    ["r must be an integer from 1", { r: 0 }],
    ["lora_alpha must be a finite number", { lora_alpha: "4" }],
    ["rank_pattern.up_proj must be an integer", { rank_pattern: { up_proj: 1.5 } }],
    ["alpha_pattern must be an object", { alpha_pattern: 3 }],
    ["use_rslora must be true or false", { use_rslora: "yes" }],
    ["a name of target_modules must be a string", { target_modules: [1] }],
    ["lacks target_modules", { target_modules: undefined }],
    ["of rank 3 has A [2, 3] and B [4, 2]", { r: 3 }],
    ["of a module that adapter_config.json does not adapt", { target_modules: ["in_proj"] }],
    ["of a module that adapter_config.json does not adapt", { target_modules: "dummy-target-modules" }],
    ["of a module that adapter_config.json does not adapt", { modules_to_save: ["time_mixing"] }],
    ["modules_to_save has 'model.norm.weight', and the file of tensors lacks it", norm],
  ])("contradictions: %s %o", (words, change) => refuses(files(factors, change), "corrupt", words));

  test.each(["", "{", "[]", "null"])("%j as configuration", (json) => {
    refuses({ ...files(factors), "adapter_config.json": json }, "corrupt", "adapter_config.json");
  });

  test.each<[string, words: string, tensors: Iterable<readonly [string, FloatTensor]>]>([
    ["none", "the adapter has no tensors", []],
    ["A alone", `'${UP_PROJ}' has lora_A alone`, changed(key(UP_PROJ, "B"))],
    ["a factor with one dimension", "has A [6] and B", changed(key(UP_PROJ, "A"), tensor(1, 6))],
    ["NaN", `'${UP_PROJ}.lora_A' has NaN among its values, at 2`, changed(key(UP_PROJ, "A"), nan)],
    ["a product beyond float32", `'${UP_PROJ}.weight' has Infinity`, changed(key(UP_PROJ, "B"), huge)],
  ])("tensors: %s", (_, words, tensors) => refuses(files(tensors), "corrupt", words));

  test.each<[string, words: string, tensors: Iterable<readonly [string, FloatTensor]>, change?: object]>([
    ["a module", "the model has no module 'model.in_proj'", pair("model.in_proj", tensor(1, 2, 3), tensor(1, 4, 2))],
    ["another size", `'${UP_PROJ}.weight' is [2, 4] in the adapter`, changed(key(UP_PROJ, "A"), tensor(1, 2, 4))],
    ["another prefix", "tensor 'up_proj' is neither", [...factors, ["up_proj", tensor(1, 1)]]],
    ["a tensor that is not announced", "norm.weight' is neither", [[`${PREFIX}model.norm.weight`, tensor(1, 3)]]],
    ["a norm of another size", "'model.norm.weight' is [4]", [[`${PREFIX}model.norm.weight`, tensor(1, 4)]], norm],
    ["a bias", "no tensor 'model.norm.bias'", [[`${PREFIX}model.norm.bias`, tensor(1, 3)]], norm],
    ["the embedding alone", "are one tensor of this model", [embedding], { modules_to_save: ["embed_tokens"] }],
    ["the head alone", "are one tensor of this model", [head], { modules_to_save: ["lm_head"] }],
    ["a head that differs", "are one tensor of this model", [head, embedding], both],
    [
      "factors of the head",
      "module 'lm_head' cannot be adapted alone",
      pair("lm_head", tensor(1, 2, 3), tensor(1, 5, 2)),
      { target_modules: ["lm_head"] },
    ],
  ])("another model: %s", (_, words, tensors, change) => refuses(files(tensors, change), "bad-data", words));

  test("by a training of kind lora: higher ranks, other modules, replaced ones", () => {
    const attempt = (given: AdapterFiles) => () => fromPeft(given, lora, untrained);
    const three = files(pair(UP_PROJ, tensor(1, 3, 3), tensor(1, 2, 3)), { r: 3 });
    expect(attempt(three)).toThrow("has rank 3, and this training has 2");
    const replaced = files([[`${PREFIX}model.norm.weight`, tensor(1, 3)]], norm);
    expect(attempt(replaced)).toThrow("replaces 'model.norm.weight', and this training has low-rank factors only");
    const gate = "model.layers.0.time_mixing.gate_proj";
    const other = files(pair(gate, tensor(1, 2, 3), tensor(1, 4, 2)), { target_modules: ["gate_proj"] });
    expect(attempt(other)).toThrow(`module '${gate}' is not adapted by this training, but in_proj, up_proj`);
    const wide = files(changed(key(UP_PROJ, "A"), tensor(1, 2, 4)));
    expect(attempt(wide)).toThrow("is [2, 4] in the adapter, and [2, 3] in the model");
  });

  test("whatever is done to one byte of the files, they are read or refused in words", () => {
    const given = files(factors, { rank_pattern: { up_proj: 2 }, use_rslora: true });
    const json = given["adapter_config.json"];
    const tensors = given["adapter_model.safetensors"];
    const outcomes = new Set<string>();
    for (let round = 0; round < 1000; round++) {
      const damaged = tensors.slice();
      const place = Math.floor(uniform(round, 0) * (round % 2 ? json.length : tensors.length));
      const byte = Math.floor(uniform(round, 1) * 256);
      damaged[place] = byte;
      const text = json.slice(0, place) + String.fromCharCode(byte) + json.slice(place + 1);
      const changed = round % 2 ? { "adapter_config.json": text } : { "adapter_model.safetensors": damaged };
      try {
        const loaded = fromPeft({ ...given, ...changed }, full, released);
        expect([...loaded.values()].every((numbers) => numbers.every(Number.isFinite))).toBe(true);
        outcomes.add("read");
      } catch (error) {
        expect(error).toMatchObject({ name: "OdinError", code: expect.stringMatching(/^(corrupt|bad-data)$/) });
        outcomes.add("refused");
      }
    }
    expect(outcomes.size).toBe(2);
  });

  test("the base is untouched by whatever was refused", () => {
    const before = [...released].map(([name, { data }]) => [name, data.slice()] as const);
    refuses(files(changed(key(UP_PROJ, "B"), huge)), "corrupt", "Infinity");
    expect(values(released)).toEqual(new Map(before));
  });
});
