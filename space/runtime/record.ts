/**
 * The run record: all that a generation depended on, and what it gave, as one JSON value. With the same model the same
 * record gives the same tokens again.
 */

import { sha256Hex } from "./canonical";
import { Checks, type Members } from "./checks";
import type { Reads } from "./model";
import type { Message } from "./protocol";
import { parseJson, pythonJson } from "./pythonjson";
import { checkSampling, type SamplingOptions } from "./sampling";
import type { ChosenVariant } from "./variants";
import { VERSION } from "./version";

export const RECORD_FORMAT = 2;

const FINISHES = ["eos", "length", "stopped"] as const;
const ROLES = ["system", "user", "assistant"] as const satisfies readonly Message["role"][];

/** What of a loaded model decides which tokens it gives. */
export interface Computation {
  /** Sha256, in hex, of `config.json`, of the weights as loaded and of `tokenizer.json`. */
  hashes: { config: string; weights: string; tokenizer: string };
  device: string;
  dtype: string;
  threads: number;
  /** The precision policy: in which precision each group of operations computes. */
  precision: Readonly<Record<string, string>>;
}

export interface RunRecord extends Computation {
  /** Version of this schema. Format 1, of odin-llm 0.2, had no variants. */
  format: 1 | typeof RECORD_FORMAT;
  /** Version of odin-llm. */
  runtime: string;
  /** Of the model's manifest; null where it has none. */
  model: { name: string | null; version: string | null };
  /** Of the experiment that led to the model, null where none did; in format 1 it is absent. */
  variant?: ChosenVariant | null;
  /** From 0 to 2^32 - 1. */
  seed: number;
  parameters: SamplingOptions & { maxTokens: number };
  /** The conversation up to the answer, or the token ids that the model was given instead. */
  prompt: { messages: Message[] } | { tokens: number[] };
  /** How the prompt was read: int8 has one scale for all tokens of a pass. Empty when stopped before the end. */
  reads: Reads;
  /** Position in the answer of the first of `tokens`: above 0 for one that went on after a stop. */
  firstDraw: number;
  /** The answer's token ids. */
  tokens: number[];
  /** `eos`: the model ended its answer; `length`: maxTokens was reached; `stopped`: the caller asked. */
  finish: (typeof FINISHES)[number];
}

const KEYS: Readonly<Record<keyof RunRecord, boolean>> = {
  format: true,
  runtime: true,
  model: true,
  variant: false,
  hashes: true,
  device: true,
  dtype: true,
  threads: true,
  precision: true,
  seed: true,
  parameters: true,
  prompt: true,
  reads: true,
  firstDraw: true,
  tokens: true,
  finish: true,
};
const MODEL_KEYS = { name: true, version: true };
const VARIANT_KEYS = { experiment: true, name: true };
const HASH_KEYS = { config: true, weights: true, tokenizer: true };
const MESSAGE_KEYS = { role: true, content: true };
const PARAMETER_KEYS: Readonly<Record<keyof RunRecord["parameters"], true>> = {
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  repetitionPenalty: true,
  maxTokens: true,
};
const HIGHEST_ID = 2 ** 31 - 1;
// No prompt is nearly so long, and what reads it makes a list of that length.
const MOST_READ = 2 ** 24;

const checks = new Checks("bad-record", "Give a run record as a generation returned it");

/**
 * The record's id, 64 hex digits: the sha256 of `json.dumps(record, sort_keys=True)` of Python, which has read it from
 * its JSON. The id of `odin.json` is made in the same way.
 */
export function recordId(record: RunRecord): string {
  return sha256Hex(pythonJson(parseJson(JSON.stringify(record))));
}

/**
 * A record from its JSON text, or from what that was parsed to; a copy, which has the same id.
 *
 * @throws OdinError `bad-record`, naming the key
 */
export function parseRecord(source: string | object): RunRecord {
  const value = typeof source === "string" ? checks.json(source, "the record") : source;
  const given = checks.members(value, KEYS, "the record");
  const { format } = given;
  if (format !== 1 && format !== RECORD_FORMAT) {
    throw checks.expected(`1 or ${RECORD_FORMAT}, which this version of odin-llm reads`, format, "format");
  }
  const model = checks.members(given["model"], MODEL_KEYS, "model");
  const hashes = checks.members(given["hashes"], HASH_KEYS, "hashes");
  const prompt = parsePrompt(given["prompt"]);
  const reads = parseReads(given["reads"]);
  const read = reads.reduce((total, [size, count]) => total + size * count, 0);
  if (read > MOST_READ || (read > 0 && "tokens" in prompt && read !== prompt.tokens.length)) {
    throw checks.error(`reads must add up to the prompt's tokens, not to ${read}`);
  }
  return {
    format,
    runtime: checks.text(given["runtime"], "runtime"),
    model: {
      name: checks.textOrNull(model["name"], "model.name"),
      version: checks.textOrNull(model["version"], "model.version"),
    },
    ...parseVariant(format, given),
    hashes: {
      config: checks.hex(hashes["config"], 64, "hashes.config"),
      weights: checks.hex(hashes["weights"], 64, "hashes.weights"),
      tokenizer: checks.hex(hashes["tokenizer"], 64, "hashes.tokenizer"),
    },
    device: checks.text(given["device"], "device"),
    dtype: checks.text(given["dtype"], "dtype"),
    threads: checks.integer(given["threads"], 1, 1024, "threads"),
    precision: checks.each(given["precision"], checks.text.bind(checks), "precision"),
    ...parseParameters(given),
    prompt,
    reads,
    firstDraw: checks.integer(given["firstDraw"], 0, HIGHEST_ID, "firstDraw"),
    tokens: tokenIds(given["tokens"], "tokens"),
    finish: checks.oneOf(given["finish"], FINISHES, "finish"),
  };
}

function parseVariant(format: RunRecord["format"], given: Members): Pick<RunRecord, "variant"> {
  if (format === 1) {
    if (!Object.hasOwn(given, "variant")) return {};
    throw checks.error("a record of format 1 has no variant");
  }
  checks.require(given, ["variant"], "the record");
  if (given["variant"] === null) return { variant: null };
  const chosen = checks.members(given["variant"], VARIANT_KEYS, "variant");
  const text = (key: keyof ChosenVariant) => checks.text(chosen[key], `variant.${key}`);
  return { variant: { experiment: text("experiment"), name: text("name") } };
}

function parseParameters(given: Members): Pick<RunRecord, "seed" | "parameters"> {
  const parameters = checks.members(given["parameters"], PARAMETER_KEYS, "parameters");
  const maxTokens = checks.integer(parameters["maxTokens"], 1, HIGHEST_ID, "parameters.maxTokens");
  try {
    const { seed, ...sampling } = checkSampling({ ...parameters, seed: given["seed"] ?? null });
    return { seed, parameters: { ...sampling, maxTokens } };
  } catch (error) {
    throw checks.error((error as Error).message.replace(/\.$/, ""));
  }
}

function parsePrompt(value: unknown): RunRecord["prompt"] {
  const prompt = checks.members(value, { messages: false, tokens: false }, "prompt");
  if (Object.keys(prompt).length !== 1) throw checks.error("prompt has either messages or tokens");
  if ("tokens" in prompt) return { tokens: tokenIds(prompt["tokens"], "prompt.tokens") };
  const messages = checks.list(prompt["messages"], "prompt.messages").map((item, i) => {
    const where = `prompt.messages[${i}]`;
    const { role, content } = checks.members(item, MESSAGE_KEYS, where);
    if (typeof content !== "string") throw checks.expected("a string", content, `${where}.content`);
    return { role: checks.oneOf(role, ROLES, `${where}.role`), content };
  });
  return { messages };
}

function parseReads(value: unknown): Reads {
  return checks.list(value, "reads").map((item, i) => {
    const pair = checks.list(item, `reads[${i}]`);
    if (pair.length !== 2) throw checks.expected("a size and a count", pair, `reads[${i}]`);
    const [size, count] = pair.map((part) => checks.integer(part, 1, MOST_READ, `reads[${i}]`));
    return [size!, count!];
  });
}

function tokenIds(value: unknown, where: string): number[] {
  return checks.list(value, where).map((id, i) => checks.integer(id, 0, HIGHEST_ID, `${where}[${i}]`));
}

/**
 * Whether the loaded model can give the record's answer again.
 *
 * @returns warnings: differences after which the tokens are still likely to be the same, but not certain, because a
 *   sum that is added up in another order is rounded differently
 * @throws OdinError `bad-record`, naming everything that makes it another computation
 */
export function checkRecord(record: RunRecord, loaded: Computation): string[] {
  const differs: string[] = [];
  const compare = (what: string, recorded = "none", present = "none"): void => {
    if (recorded === present) return;
    const shown = (value: string) => (value.length > 16 ? `${value.slice(0, 12)}...` : value);
    differs.push(`other ${what} (recorded ${shown(recorded)}, loaded ${shown(present)})`);
  };
  compare("config.json", record.hashes.config, loaded.hashes.config);
  compare("weights", record.hashes.weights, loaded.hashes.weights);
  compare("tokenizer", record.hashes.tokenizer, loaded.hashes.tokenizer);
  compare("dtype", record.dtype, loaded.dtype);
  // Another device has a policy of its own, and is a warning already.
  if (record.device === loaded.device) {
    for (const group of new Set([...Object.keys(record.precision), ...Object.keys(loaded.precision)])) {
      compare(`precision of ${group}`, record.precision[group], loaded.precision[group]);
    }
  }
  if (differs.length) {
    const { model, variant } = record;
    const version = model.version === null ? "" : ` ${model.version}`;
    const led = variant ? ` (variant '${variant.name}' of '${variant.experiment}')` : "";
    const advice = `Load ${model.name ?? "the model of the record"}${version}${led} as it was then`;
    throw new Checks("bad-record", advice).error(`The record is of another computation: ${differs.join(", ")}`);
  }
  return roundingWarnings(record, loaded, "tokens");
}

/** Warnings for what is another than it was, and changes `result` by rounding at most. */
export function roundingWarnings(
  record: { device: string; threads: number; runtime: string },
  loaded: { device: string; threads: number },
  result: "tokens" | "losses",
): string[] {
  const pairs: [what: string, recorded: string | number, present: string | number][] = [
    ["device", record.device, loaded.device],
    ["threads", record.threads, loaded.threads],
    ["odin-llm", record.runtime, VERSION],
  ];
  return pairs
    .filter(([, recorded, present]) => recorded !== present)
    .map(([what, was, is]) => `${what} was ${was} and is ${is}: rounding may differ, and with it the ${result}`);
}
