/** `onnx/train.json`: what an export can be trained with, as `python -m export.training_graph` writes it. */

import { Checks, type Members } from "../checks";
import { OdinError } from "../errors";
import { DTYPE_SUFFIX, type Dtype } from "../protocol";

export const TRAINING_FORMAT = 1;

/** Where it lies in a model folder. */
export const TRAINING_FILE = "onnx/train.json";

/** Keys and values as in the file. Paths are relative to the model's folder. */
export interface TrainingDescription {
  format: typeof TRAINING_FORMAT;
  /** `full`: all parameters are trained; `lora`: low-rank factors beside frozen projections. */
  kind: "full" | "lora";
  /** Size of a batch: rows, and tokens of each. */
  batch: number;
  seq: number;
  /** One training step. */
  graph: string;
  /** The generating graph whose trained tensors are in `parameters`. */
  adapted: string;
  /** First values of the trained tensors. */
  parameters: string;
  /** The file with the weights that stay as they are. */
  frozen: string | null;
  /** What `adapted` computes in. */
  dtype: Dtype;
  vocab_size: number;
  pad_token_id: number;
  /** For other readers of the file: here the chat template ends an answer. */
  eos_token_id: number;
  lora: { rank: number; alpha: number; targets: string[] } | null;
  optimizer: { name: string; betas: [number, number]; eps: number; weight_decay: number };
  /** The policy of training/precision.py; `loss_scaling` says whether the loss is scaled against underflow. */
  precision: { loss_scaling: boolean } & Record<string, string | boolean>;
  seed: number;
  /** In hex: of the model's weights, and of `graph`. */
  weights_sha256: string;
  graph_sha256: string;
  /** Two names of one tensor, the trained one second. */
  tied: [string, string] | null;
  verified: { steps: number; loss_difference: number; parameter_difference: number; against: string };
}

const KEYS: Readonly<Record<keyof TrainingDescription, true>> = {
  format: true,
  kind: true,
  batch: true,
  seq: true,
  graph: true,
  adapted: true,
  parameters: true,
  frozen: true,
  dtype: true,
  vocab_size: true,
  pad_token_id: true,
  eos_token_id: true,
  lora: true,
  optimizer: true,
  precision: true,
  seed: true,
  weights_sha256: true,
  graph_sha256: true,
  tied: true,
  verified: true,
};
const LORA_KEYS = { rank: true, alpha: true, targets: true };
const OPTIMIZER_KEYS = { name: true, betas: true, eps: true, weight_decay: true };
const VERIFIED_KEYS = { steps: true, loss_difference: true, parameter_difference: true, against: true };
const PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;
const MOST = 2 ** 31 - 1;

const checks = new Checks("corrupt", `Write ${TRAINING_FILE} again with \`python -m export.training_graph\``);

/**
 * Checks what `onnx/train.json` holds.
 *
 * @throws OdinError `incompatible`: it is of a newer format; `corrupt`, naming the key.
 */
export function parseTrainingDescription(value: unknown): TrainingDescription {
  const { format } = checks.object(value, TRAINING_FILE);
  if (Number.isInteger(format) && (format as number) > TRAINING_FORMAT) {
    throw new OdinError(
      "incompatible",
      `${TRAINING_FILE} has format ${String(format)}, and this version of odin-llm reads ${TRAINING_FORMAT}. Update ` +
        "odin-llm; on a page that is not yours, reload it.",
    );
  }
  const given = checks.members(value, KEYS, TRAINING_FILE);
  if (format !== TRAINING_FORMAT) throw checks.expected(String(TRAINING_FORMAT), format, "format");
  const size = (key: keyof TrainingDescription) => checks.integer(given[key], 1, MOST, key);
  const kind = checks.oneOf(given["kind"], ["full", "lora"] as const, "kind");
  const vocabulary = size("vocab_size");
  const token = (key: keyof TrainingDescription) => checks.integer(given[key], 0, vocabulary - 1, key);
  const frozen = given["frozen"] === null ? null : path(given, "frozen");
  const lora = given["lora"] === null ? null : parseLora(given["lora"]);
  if ((kind === "lora") !== (lora !== null)) {
    throw checks.error(`lora must ${lora ? "be null" : "be set"} for kind ${kind}`);
  }
  const seq = size("seq");
  if (seq < 2) throw checks.expected("2 or more, since a token is predicted from the one before", seq, "seq");
  return {
    format: TRAINING_FORMAT,
    kind,
    batch: size("batch"),
    seq,
    graph: path(given, "graph"),
    adapted: path(given, "adapted"),
    parameters: path(given, "parameters"),
    frozen,
    dtype: checks.oneOf(given["dtype"], Object.keys(DTYPE_SUFFIX) as Dtype[], "dtype"),
    vocab_size: vocabulary,
    pad_token_id: token("pad_token_id"),
    eos_token_id: token("eos_token_id"),
    lora,
    optimizer: parseOptimizer(given["optimizer"]),
    precision: parsePrecision(given["precision"]),
    seed: checks.integer(given["seed"], 0, 2 ** 32 - 1, "seed"),
    weights_sha256: checks.hex(given["weights_sha256"], 64, "weights_sha256"),
    graph_sha256: checks.hex(given["graph_sha256"], 64, "graph_sha256"),
    tied: given["tied"] === null ? null : pair(given["tied"], "tied", checks.text.bind(checks)),
    verified: parseVerified(given["verified"]),
  };
}

function path(given: Members, key: keyof TrainingDescription): string {
  const value = given[key];
  // Nothing outside the model's folder.
  if (typeof value === "string" && PATH.test(value)) return value;
  throw checks.expected("the path of a file in the model's folder", value, key);
}

function pair<T>(value: unknown, where: string, parse: (item: unknown, where: string) => T): [T, T] {
  const items = checks.list(value, where);
  if (items.length !== 2) throw checks.expected("a list of two", value, where);
  return [parse(items[0], `${where}[0]`), parse(items[1], `${where}[1]`)];
}

function parseLora(value: unknown): NonNullable<TrainingDescription["lora"]> {
  const { rank, alpha, targets } = checks.members(value, LORA_KEYS, "lora");
  return {
    rank: checks.integer(rank, 1, MOST, "lora.rank"),
    alpha: checks.number(alpha, "lora.alpha"),
    targets: checks.list(targets, "lora.targets").map((target, i) => checks.text(target, `lora.targets[${i}]`)),
  };
}

function parseOptimizer(value: unknown): TrainingDescription["optimizer"] {
  const { name, betas, eps, weight_decay } = checks.members(value, OPTIMIZER_KEYS, "optimizer");
  return {
    name: checks.text(name, "optimizer.name"),
    betas: pair(betas, "optimizer.betas", checks.number.bind(checks)),
    eps: checks.number(eps, "optimizer.eps"),
    weight_decay: checks.number(weight_decay, "optimizer.weight_decay"),
  };
}

function parsePrecision(value: unknown): TrainingDescription["precision"] {
  const { loss_scaling: scaling, ...groups } = checks.object(value, "precision");
  const formats: Record<string, string | boolean> = checks.each(groups, checks.text.bind(checks), "precision");
  return { ...formats, loss_scaling: checks.boolean(scaling, "precision.loss_scaling") };
}

function parseVerified(value: unknown): TrainingDescription["verified"] {
  const { steps, loss_difference, parameter_difference, against } = checks.members(value, VERIFIED_KEYS, "verified");
  return {
    steps: checks.integer(steps, 1, MOST, "verified.steps"),
    loss_difference: checks.number(loss_difference, "verified.loss_difference"),
    parameter_difference: checks.number(parameter_difference, "verified.parameter_difference"),
    against: checks.text(against, "verified.against"),
  };
}
