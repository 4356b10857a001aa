import { expect, test } from "vitest";
import { OdinError } from "../runtime/errors";
import { checkRecord, parseRecord, recordId, type Computation, type RunRecord } from "../runtime/record";
import { VERSION } from "../runtime/version";

// The id against Python's: tests/space/test_description.py.

const record: RunRecord = {
  format: 2,
  runtime: VERSION,
  model: { name: "odin-nano", version: "0.3.0" },
  variant: { experiment: "two-weights", name: "new" },
  hashes: { config: "1".repeat(64), weights: "2".repeat(64), tokenizer: "3".repeat(64) },
  device: "wasm",
  dtype: "q8",
  threads: 1,
  precision: { projections: "int8", recurrence: "float32" },
  seed: 42,
  parameters: { maxTokens: 256, temperature: 0.7, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1.1 },
  prompt: { messages: [{ role: "user", content: "Solve: 2x + 3 = 7" }] },
  reads: [
    [64, 2],
    [7, 1],
  ],
  firstDraw: 0,
  tokens: [5, 6, 2],
  finish: "eos",
};
const { hashes, device, dtype, threads, precision } = record;
const loaded: Computation = { hashes, device, dtype, threads, precision };

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OdinError && error.code === "bad-record") return error.message;
    throw error;
  }
  return "accepted";
}

/** The record as JSON with one value replaced, or left out when it is undefined. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(record) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  const leaf = keys.pop()!;
  const parent = keys.reduce((object, key) => object[key] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[leaf];
  else parent[leaf] = value;
  return JSON.stringify(copy);
}

test("a record survives its JSON", () => {
  expect(parseRecord(JSON.stringify(record))).toEqual(record);
  const ofTokens = { ...record, prompt: { tokens: [1, 2, 3] }, reads: [[2, 1], [1, 1]], firstDraw: 2 };
  expect(parseRecord(ofTokens)).toEqual(ofTokens);
  const model = { name: null, version: null };
  const stopped = { ...record, prompt: { tokens: [1] }, reads: [], tokens: [], model, variant: null };
  expect(parseRecord(stopped)).toEqual(stopped);
});

test("a record of format 1, of before there were variants, is read as it is, and its id stays", () => {
  const { variant: _, ...rest } = record;
  const old: RunRecord = { ...rest, format: 1, runtime: "0.2.0" };
  const parsed = parseRecord(JSON.stringify(old));
  expect(parsed).toStrictEqual(old);
  // Of odin-llm 0.2.0 and Python: hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
  expect(recordId(parsed)).toBe("12e286c23c4bbf3b18d0ab977cc2de3741055b81ccb84ec41f344df1c84da9b3");
  expect(checkRecord(parsed, loaded)).toEqual([expect.stringContaining("odin-llm was 0.2.0")]);
  expect(refusal(() => parseRecord({ ...old, variant: null }))).toContain("a record of format 1 has no variant");
});

test("the id depends on every value, and not on the order of keys", () => {
  const id = recordId(record);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(recordId(Object.fromEntries(Object.entries(record).reverse()) as unknown as RunRecord)).toBe(id);
  const others = [
    changed("parameters.temperature", 0.7000000000000001),
    changed("seed", 43),
    changed("tokens", [5, 6]),
    changed("finish", "stopped"),
    changed("hashes.weights", "4".repeat(64)),
    changed("prompt.messages", [{ role: "user", content: "Solve: 2x + 3 = 8" }]),
    changed("precision.recurrence", "float16"),
    changed("threads", 2),
    changed("reads", [[135, 1]]),
    changed("firstDraw", 1),
    changed("variant.name", "old"),
    changed("variant", null),
  ].map((json) => recordId(parseRecord(json)));
  expect(new Set([id, ...others]).size).toBe(1 + others.length);
});

test.each([
  ["format", 3, "format must be 1 or 2, which this version of odin-llm reads, not integer 3"],
  ["variant", undefined, "the record lacks variant"],
  ["variant", "new", "variant must be an object, not string"],
  ["variant.name", "", "variant.name must be a string that is not empty"],
  ["variant.nam", "new", "unknown key of variant 'nam'; did you mean 'name'?"],
  ["temprature", 1, "unknown key of the record 'temprature'"],
  ["parameters.minp", 1, "unknown key of parameters 'minp'; did you mean 'minP'?"],
  ["parameters.topP", 0, "topP must be a number above 0 and at most 1; it was 0"],
  ["parameters.topP", "1", "topP must be a number above 0 and at most 1; it was the string '1'"],
  ["parameters.minP", undefined, "parameters lacks minP"],
  ["parameters.maxTokens", 0, "parameters.maxTokens must be an integer from 1 to 2147483647, not integer 0"],
  ["seed", 1.5, "seed must be a whole number from 0 to 4294967295; it was 1.5"],
  ["seed", null, "seed must be a whole number from 0 to 4294967295; it was null"],
  ["hashes.weight", "", "unknown key of hashes 'weight'; did you mean 'weights'?"],
  ["hashes.weights", "ABC", "hashes.weights must be 64 digits of lower-case hex"],
  ["hashes", [], "hashes must be an object, not list []"],
  ["model.name", 5, "model.name must be a string that is not empty, not integer 5"],
  ["device", "", "device must be a string that is not empty"],
  ["threads", 0, "threads must be an integer from 1 to 1024, not integer 0"],
  ["precision.recurrence", 32, "precision.recurrence must be a string that is not empty, not integer 32"],
  ["prompt", {}, "prompt has either messages or tokens"],
  ["prompt", { messages: [], tokens: [] }, "prompt has either messages or tokens"],
  ["prompt", { tokens: [1, -1] }, "prompt.tokens[1] must be an integer from 0"],
  ["prompt.messages", [{ role: "usr", content: "" }], "unknown prompt.messages[0].role 'usr'; did you mean 'user'?"],
  ["prompt.messages", [{ role: "user", content: 1 }], "prompt.messages[0].content must be a string, not integer 1"],
  ["prompt.messages", [{ role: "user" }], "prompt.messages[0] lacks content"],
  ["reads", [[64]], "reads[0] must be a size and a count, not list [64]"],
  ["reads", [[64, 1], [0, 1]], "reads[1] must be an integer from 1 to 16777216, not integer 0"],
  ["reads", [[2 ** 20, 2 ** 20]], "reads must add up to the prompt's tokens, not to 1099511627776"],
  ["firstDraw", -1, "firstDraw must be an integer from 0"],
  ["tokens", [1, 2.5], "tokens[1] must be an integer from 0 to 2147483647, not number 2.5"],
  ["tokens", "5", "tokens must be a list, not string"],
  ["finish", "end", "unknown finish 'end'"],
])("a record with %s = %j is refused", (path, value, message) => {
  expect(refusal(() => parseRecord(changed(path, value)))).toContain(message);
});

test("the passes read the prompt and nothing else", () => {
  const other = { ...record, prompt: { tokens: [1, 2, 3] }, reads: [[2, 2]] };
  expect(refusal(() => parseRecord(other))).toContain("reads must add up to the prompt's tokens, not to 4");
});

test("what is no record at all is refused", () => {
  expect(refusal(() => parseRecord("{"))).toMatch(/^the record is not JSON: /);
  expect(refusal(() => parseRecord("null"))).toContain("the record must be an object, not null");
  expect(refusal(() => parseRecord([]))).toContain("the record must be an object, not list []");
});

test("the same model on the same device replays a record without a warning", () => {
  expect(checkRecord(record, loaded)).toEqual([]);
});

test.each([
  [{ hashes: { ...record.hashes, weights: "4".repeat(64) } }, "other weights (recorded 222222222222..., loaded 4444"],
  [{ hashes: { ...record.hashes, tokenizer: `${"3".repeat(63)}4` } }, "other tokenizer"],
  [{ hashes: { ...record.hashes, config: "4".repeat(64) } }, "other config.json"],
  [{ dtype: "fp32" }, "other dtype (recorded q8, loaded fp32)"],
  [
    { precision: { recurrence: "float16", norms: "float32" } },
    "other precision of projections (recorded int8, loaded none), other precision of recurrence " +
      "(recorded float32, loaded float16), other precision of norms (recorded none, loaded float32)",
  ],
] as [Partial<Computation>, string][])("another computation is refused: %j", (other, words) => {
  const message = refusal(() => checkRecord(record, { ...loaded, ...other }));
  expect(message).toContain(words);
  expect(message).toContain("Load odin-nano 0.3.0 (variant 'new' of 'two-weights') as it was then");
  expect(message.match(/\bother /g)!.length).toBe(words.match(/\bother /g)!.length);
});

test("another device, number of threads or version is a warning", () => {
  const elsewhere = { ...loaded, device: "webgpu", threads: 4, precision: { projections: "float16" } };
  const warnings = checkRecord({ ...record, runtime: "0.0.1" }, elsewhere);
  expect(warnings.map((warning) => warning.split(":")[0])).toEqual([
    "device was wasm and is webgpu",
    "threads was 1 and is 4",
    `odin-llm was 0.0.1 and is ${VERSION}`,
  ]);
});
