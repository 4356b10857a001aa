/** The run record of a training: all that its losses depended on, and what they were, as one JSON value. */

import { sha256Hex } from "../canonical";
import { Checks } from "../checks";
import { parseJson, pythonJson } from "../pythonjson";
import { roundingWarnings } from "../record";
import type { TrainingData } from "./types";

export const TRAINING_RECORD_FORMAT = 1;

const KINDS = ["full", "lora"] as const;

/** What of a training decides its losses, besides the steps that it was asked for. */
export interface TrainingComputation {
  /** Sha256, in hex, of the model's weights, of the training graph and of the parameters that it began with. */
  hashes: { weights: string; graph: string; parameters: string };
  kind: (typeof KINDS)[number];
  device: string;
  threads: number;
  /** The precision policy, as train.json has it. */
  precision: Readonly<Record<string, string | boolean>>;
  optimizer: { name: string; betas: readonly [number, number]; eps: number; weight_decay: number };
  /** Size of a batch: rows, and tokens of each. */
  batch: { rows: number; length: number };
}

/** One step, as it was asked for and as it came out. */
export interface TrainingStep {
  lr: number;
  clip: number;
  lossScale: number;
  /** Null where it was no number, as a skipped step's may be. */
  loss: number | null;
  gradientNorm: number | null;
  skipped: boolean;
  /** Of the batch, 16 digits: see `batchSha256`. */
  batchSha256: string;
}

export interface TrainingRecord extends TrainingComputation {
  /** Version of this schema. */
  format: typeof TRAINING_RECORD_FORMAT;
  /** Version of odin-llm. */
  runtime: string;
  /** Of the model's manifest; null where it has none. */
  model: { name: string | null; version: string | null };
  /** Of the order of the examples. */
  seed: number;
  /** What was learned from; null where the caller did not say. */
  data: TrainingData | null;
  steps: TrainingStep[];
}

const KEYS: Readonly<Record<keyof TrainingRecord, true>> = {
  format: true,
  runtime: true,
  model: true,
  hashes: true,
  kind: true,
  device: true,
  threads: true,
  precision: true,
  optimizer: true,
  batch: true,
  seed: true,
  data: true,
  steps: true,
};
const STEP_KEYS: Readonly<Record<keyof TrainingStep, true>> = {
  lr: true,
  clip: true,
  lossScale: true,
  loss: true,
  gradientNorm: true,
  skipped: true,
  batchSha256: true,
};
const MODEL_KEYS = { name: true, version: true };
const HASH_KEYS = { weights: true, graph: true, parameters: true };
const OPTIMIZER_KEYS = { name: true, betas: true, eps: true, weight_decay: true };
const BATCH_KEYS = { rows: true, length: true };
const DATA_KEYS = { sha256: true, examples: true };
const MOST = Number.MAX_SAFE_INTEGER;
const LOSS_TOLERANCE = 1e-3;

const checks = new Checks("bad-record", "Give a training's record as the runtime returned it");

/** The record's id, 64 hex digits: as of the record of a generation, see `recordId`. */
export function trainingRecordId(record: TrainingRecord): string {
  return sha256Hex(written(record));
}

/** The same text for the same value, whatever the order of its keys; a string is its own. */
function written(value: unknown): string {
  return typeof value === "string" ? value : pythonJson(parseJson(JSON.stringify(value ?? null)));
}

/**
 * A record from its JSON text, or from what that was parsed to; a copy, which has the same id and the same numbers.
 *
 * @throws OdinError `bad-record`, naming the key
 */
export function parseTrainingRecord(source: string | object): TrainingRecord {
  const value = typeof source === "string" ? checks.json(source, "the record") : source;
  const given = checks.members(value, KEYS, "the record");
  const { format } = given;
  if (format !== TRAINING_RECORD_FORMAT) {
    throw checks.expected(`${TRAINING_RECORD_FORMAT}, which this version of odin-llm reads`, format, "format");
  }
  const model = checks.members(given["model"], MODEL_KEYS, "model");
  const hashes = checks.members(given["hashes"], HASH_KEYS, "hashes");
  const batch = checks.members(given["batch"], BATCH_KEYS, "batch");
  return {
    format,
    runtime: checks.text(given["runtime"], "runtime"),
    model: {
      name: checks.textOrNull(model["name"], "model.name"),
      version: checks.textOrNull(model["version"], "model.version"),
    },
    hashes: {
      weights: checks.hex(hashes["weights"], 64, "hashes.weights"),
      graph: checks.hex(hashes["graph"], 64, "hashes.graph"),
      parameters: checks.hex(hashes["parameters"], 64, "hashes.parameters"),
    },
    kind: checks.oneOf(given["kind"], KINDS, "kind"),
    device: checks.text(given["device"], "device"),
    threads: checks.integer(given["threads"], 1, 1024, "threads"),
    precision: checks.each(given["precision"], textOrBoolean, "precision"),
    optimizer: parseOptimizer(given["optimizer"]),
    batch: {
      rows: checks.integer(batch["rows"], 1, MOST, "batch.rows"),
      length: checks.integer(batch["length"], 1, MOST, "batch.length"),
    },
    seed: checks.integer(given["seed"], 0, MOST, "seed"),
    data: given["data"] === null ? null : parseData(given["data"], checks),
    steps: checks.list(given["steps"], "steps").map((step, index) => parseStep(step, `steps[${index}]`)),
  };
}

function textOrBoolean(value: unknown, where: string): string | boolean {
  return typeof value === "boolean" ? value : checks.text(value, where);
}

function parseOptimizer(value: unknown): TrainingRecord["optimizer"] {
  const { name, betas, eps, weight_decay: decay } = checks.members(value, OPTIMIZER_KEYS, "optimizer");
  const [first, second, ...more] = checks.list(betas, "optimizer.betas").map((beta) => {
    return checks.number(beta, "optimizer.betas", { least: 0 });
  });
  if (second === undefined || more.length) throw checks.expected("two numbers", betas, "optimizer.betas");
  return {
    name: checks.text(name, "optimizer.name"),
    betas: [first!, second],
    eps: checks.number(eps, "optimizer.eps", { least: 0 }),
    weight_decay: checks.number(decay, "optimizer.weight_decay", { least: 0 }),
  };
}

/** @throws OdinError of the code of `checks` */
export function parseData(value: unknown, checks: Checks): TrainingData {
  const data = checks.members(value, DATA_KEYS, "data");
  return {
    sha256: checks.hex(data["sha256"], 64, "data.sha256"),
    examples: checks.integer(data["examples"], 1, MOST, "data.examples"),
  };
}

function parseStep(value: unknown, where: string): TrainingStep {
  const step = checks.members(value, STEP_KEYS, where);
  const skipped = checks.boolean(step["skipped"], `${where}.skipped`);
  const outcome = (key: "loss" | "gradientNorm") =>
    skipped && step[key] === null ? null : checks.number(step[key], `${where}.${key}`, { least: 0 });
  const setting = (key: "lr" | "clip" | "lossScale") => checks.number(step[key], `${where}.${key}`, { above: 0 });
  return {
    lr: setting("lr"),
    clip: setting("clip"),
    lossScale: setting("lossScale"),
    loss: outcome("loss"),
    gradientNorm: outcome("gradientNorm"),
    skipped,
    batchSha256: checks.hex(step["batchSha256"], 16, `${where}.batchSha256`),
  };
}

/**
 * Whether a step that was computed again came out as it was recorded. On one engine losses are the same to the bit;
 * another one, or another number of threads, adds up in another order.
 */
export function sameLoss(
  found: { loss: number; skipped: boolean },
  recorded: Pick<TrainingStep, "loss" | "skipped">,
): boolean {
  if (found.skipped || recorded.skipped) return found.skipped === recorded.skipped;
  return recorded.loss !== null && Math.abs(found.loss - recorded.loss) <= LOSS_TOLERANCE;
}

/**
 * Whether the record's steps can be computed again by this training on these examples.
 *
 * @param data `dataOf` the examples; a record that does not say its data takes any
 * @returns warnings: differences after which the losses are still likely to be near, but not the same
 * @throws OdinError `bad-record`, naming everything that makes it another computation
 */
export function checkTrainingRecord(
  record: TrainingRecord,
  loaded: TrainingComputation,
  data: TrainingData,
): string[] {
  const differs: string[] = [];
  const compare = (what: string, recorded: unknown, present: unknown): void => {
    const [before, now] = [written(recorded), written(present)];
    if (before === now) return;
    const shown = (text: string) => (/^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}...` : text);
    differs.push(`other ${what} (recorded ${shown(before)}, now ${shown(now)})`);
  };
  compare("weights", record.hashes.weights, loaded.hashes.weights);
  compare("training graph", record.hashes.graph, loaded.hashes.graph);
  compare("first parameters", record.hashes.parameters, loaded.hashes.parameters);
  compare("kind of training", record.kind, loaded.kind);
  compare("optimizer", record.optimizer, loaded.optimizer);
  compare("size of a batch", record.batch, loaded.batch);
  for (const group of new Set([...Object.keys(record.precision), ...Object.keys(loaded.precision)])) {
    compare(`precision of ${group}`, record.precision[group], loaded.precision[group]);
  }
  if (record.data) {
    compare("number of examples", record.data.examples, data.examples);
    compare("examples", record.data.sha256, data.sha256);
  }
  if (differs.length) {
    const { name, version } = record.model;
    const model = `${name ?? "the model of the record"}${version === null ? "" : ` ${version}`}`;
    const advice = `Load ${model} as it was then, and give the same examples in the same order`;
    throw new Checks("bad-record", advice).error(`The record is of another training: ${differs.join(", ")}`);
  }
  return roundingWarnings(record, loaded, "losses");
}
