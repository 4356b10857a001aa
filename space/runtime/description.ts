/**
 * `odin.json`: a training run described whole, as training/run.py writes it, by the rules of training/description.py.
 * Its id is the sha256 of what Python's `json.dumps(..., sort_keys=True)` writes of all but the id and the commit.
 */

import { found, sha256Hex } from "./canonical";
import { Checks, type Members } from "./checks";
import { likeness } from "./likeness";
import { parseJson, pythonFloat, pythonJson, type Json } from "./pythonjson";

/** The dimensions that every model has; further keys of `OdinConfig` stand beside them. */
export interface ModelDescription {
  model_type: "odin";
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  head_dim: number;
  intermediate_size: number;
  conv_kernel_size: number;
  [key: string]: unknown;
}

const FLOATS = ["float32", "bfloat16", "float16"] as const;
export type FloatDtype = (typeof FLOATS)[number];

/** Which operation computed in which precision, as training/precision.py has it. */
export type PrecisionDescription = Record<(typeof PRECISION_KEYS)[number], FloatDtype> & { loss_scaling: boolean };

const PRECISION_KEYS = [
  "parameters",
  "gradients",
  "optimizer",
  "projections",
  "recurrence",
  "recurrent_state",
  "norms",
  "loss",
] as const;

/** A corpus, or a stream of a curriculum. */
export interface SourceDescription {
  /** Of the rows, or of the curriculum's shares. */
  content_sha256: string;
  curriculum: string | Record<string, unknown>;
  seed?: number;
  /** Type of each column. */
  schema?: Record<string, string>;
  /** Items of each task in each split. */
  counts?: Record<string, Record<string, number>>;
  [key: string]: unknown;
}

/** A source up to a share of the steps; the last one's is 1. */
export type StageDescription = SourceDescription & { until: number };

export interface RunDescription {
  id: string;
  commit: string | null;
  model: ModelDescription;
  precision: PrecisionDescription;
  dataset: SourceDescription | { stages: StageDescription[] };
  tokenizer_sha256: string;
  /** The keys of `TrainConfig` that decide what is learnt. */
  recipe: Record<string, unknown>;
  seed: number;
}

const KEYS: Readonly<Record<keyof RunDescription, true>> = {
  id: true,
  commit: true,
  model: true,
  precision: true,
  dataset: true,
  tokenizer_sha256: true,
  recipe: true,
  seed: true,
};

/** The least value of each dimension. */
const LEAST_DIMENSIONS = {
  vocab_size: 1,
  hidden_size: 1,
  num_hidden_layers: 1,
  head_dim: 1,
  intermediate_size: 1,
  conv_kernel_size: 2,
};
const LEAST_OPTIONAL = {
  decay_rank: 1,
  gate_rank: 1,
  recurrence_passes: 1,
  chunk_size: 1,
  num_heads: 1,
  slow_heads: 0,
  slot_heads: 0,
};
const CHOICES = {
  recurrence: ["auto", "fused", "chunked", "recurrent"],
  time_mixing: ["gated_delta", "mamba2", "rwkv6", "rwkv7"],
} as const;
/** The other keys of `OdinConfig` that have names of their own. */
const FURTHER = ["decay_hierarchy", "norm_eps", "initializer_range", "use_cache"];
/** From this likeness on, `OdinConfig` takes an unknown key for a known one that was mistyped. */
const MISTYPED = 0.85;
const MOST = Number.MAX_SAFE_INTEGER;

const checks = new Checks("corrupt", "Take odin.json as the training run wrote it");

/**
 * The run's id: 64 hex digits that are a function of what the text says, not of its layout. `1` and `1.0` differ.
 *
 * @throws OdinError `corrupt` when the text is not the JSON of an object
 */
export function descriptionId(text: string): string {
  const { id: _id, commit: _commit, ...run } = read(text);
  return sha256Hex(pythonJson(run));
}

/**
 * A description from its JSON text. Integers within 2^53 - 1 are numbers, others bigints.
 *
 * @throws OdinError `corrupt`, naming the key, also when the id is not that of the content
 */
export function parseDescription(text: string): RunDescription {
  const run = checks.members(read(text), KEYS, "the description");
  checks.hex(run["id"], 64, "id");
  // A repository of git has ids of either kind.
  if (run["commit"] !== null) checks.hex(run["commit"], String(run["commit"]).length === 64 ? 64 : 40, "commit");
  checkModel(run["model"]);
  checkPrecision(run["precision"]);
  checkDataset(run["dataset"]);
  checks.hex(run["tokenizer_sha256"], 64, "tokenizer_sha256");
  const seed = integer(run["seed"], 0, MOST, "seed");
  if (integer(checks.object(run["recipe"], "recipe")["seed"], 0, MOST, "recipe.seed") !== seed) {
    throw checks.error(`recipe.seed must be the seed of the run, ${seed}`);
  }
  const id = descriptionId(text);
  if (run["id"] !== id) throw checks.expected(`${id}, the hash of what the file says`, run["id"], "id");
  return plain(run) as RunDescription;
}

function read(text: string): { [key: string]: Json } {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    throw checks.error(`odin.json is not JSON: ${(error as Error).message}`);
  }
  return checks.object(value, "the description") as { [key: string]: Json };
}

/** With numbers for the integers that a number holds exactly. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** An integer that is written as one: Python would not take `4096.0` for a dimension. */
function integer(value: unknown, least: number, most: number, where: string): number {
  if (typeof value === "number") throw checks.error(`${where} must be an integer, not number ${pythonFloat(value)}`);
  return checks.integer(typeof value === "bigint" ? Number(value) : value, least, most, where);
}

/** The rules of `OdinConfig`. */
function checkModel(value: unknown): void {
  const model = checks.object(value, "model");
  checks.oneOf(model["model_type"], ["odin"], "model.model_type");
  checks.require(model, Object.keys(LEAST_DIMENSIONS), "model");
  refuseMistyped(Object.keys(model));
  for (const [key, least] of Object.entries({ ...LEAST_DIMENSIONS, ...LEAST_OPTIONAL })) {
    if (key in model) integer(model[key], least, key === "chunk_size" ? 128 : MOST, `model.${key}`);
  }
  for (const [key, known] of Object.entries(CHOICES)) {
    if (key in model) checks.oneOf(model[key], known, `model.${key}`);
  }
  const { decay_hierarchy: hierarchy = false } = model;
  if (typeof hierarchy !== "boolean") throw checks.expected("true or false", hierarchy, "model.decay_hierarchy");
  const [width, head] = [Number(model["hidden_size"]), Number(model["head_dim"])];
  if (width % head) throw checks.expected(`a divisor of hidden_size ${width}`, head, "model.head_dim");
  if ("num_heads" in model && Number(model["num_heads"]) !== width / head) {
    throw checks.expected(`${width / head}, hidden_size / head_dim`, model["num_heads"], "model.num_heads");
  }
  const { slow_heads: slow = 0n, slot_heads: slot = 0n, recurrence_passes: passes = 1n } = model;
  if (Number(slow) + Number(slot) > width / head) {
    throw checks.error(`model.slow_heads and model.slot_heads must be together at most ${width / head}, the heads`);
  }
  const special = slow || slot || passes !== 1n || hierarchy;
  if (special && (model["time_mixing"] ?? "gated_delta") !== "gated_delta") {
    const keys = "recurrence_passes above 1, slow_heads, slot_heads and decay_hierarchy";
    throw checks.error(`model.time_mixing must be gated_delta for ${keys}, not ${found(model["time_mixing"])}`);
  }
}

/** Other keys are those of transformers, or anybody's. */
function refuseMistyped(keys: string[]): void {
  const own = [...Object.keys({ ...LEAST_DIMENSIONS, ...LEAST_OPTIONAL, ...CHOICES }), ...FURTHER];
  const known = own.filter((key) => key !== "num_heads");
  for (const key of keys) {
    if (own.includes(key)) continue;
    const near = known.find((name) => likeness(name, key) >= MISTYPED);
    if (near !== undefined) throw checks.error(`model has no key '${key}'; did you mean '${near}'?`);
  }
}

function checkPrecision(value: unknown): void {
  const keys = Object.fromEntries([...PRECISION_KEYS, "loss_scaling"].map((key) => [key, true]));
  const precision = checks.members(value, keys, "precision");
  for (const key of PRECISION_KEYS) checks.oneOf(precision[key], FLOATS, `precision.${key}`);
  const { loss_scaling: scaling } = precision;
  if (typeof scaling !== "boolean") throw checks.expected("true or false", scaling, "precision.loss_scaling");
}

function checkDataset(value: unknown): void {
  const dataset = checks.object(value, "dataset");
  if (!("stages" in dataset)) return checkSource(dataset, "dataset");
  checks.members(dataset, { stages: true }, "dataset with stages");
  let before = 0;
  for (const [i, item] of checks.list(dataset["stages"], "dataset.stages").entries()) {
    const where = `dataset.stages[${i}]`;
    const stage = checks.object(item, where);
    const until = typeof stage["until"] === "bigint" ? Number(stage["until"]) : stage["until"];
    if (typeof until !== "number" || !(until > before && until <= 1)) {
      throw checks.expected(`a number above ${before} and at most 1`, until, `${where}.until`);
    }
    before = until;
    checkSource(stage, where);
  }
  if (before !== 1) throw checks.error(`the last of dataset.stages must have until 1, not ${before}`);
}

function checkSource(source: Members, where: string): void {
  checks.hex(source["content_sha256"], 64, `${where}.content_sha256`);
  if (typeof source["curriculum"] !== "string") checks.object(source["curriculum"], `${where}.curriculum`);
  if ("seed" in source) integer(source["seed"], 0, MOST, `${where}.seed`);
  const schema = checks.object(source["schema"] ?? {}, `${where}.schema`);
  for (const [column, type] of Object.entries(schema)) checks.text(type, `${where}.schema.${column}`);
  for (const [split, tasks] of Object.entries(checks.object(source["counts"] ?? {}, `${where}.counts`))) {
    const counted = Object.entries(checks.object(tasks, `${where}.counts.${split}`));
    for (const [task, count] of counted) integer(count, 0, MOST, `${where}.counts.${split}.${task}`);
  }
}
