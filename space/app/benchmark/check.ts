/** Checks results that come from elsewhere: pasted ones, those of pull requests, and the merged leaderboard. */

import { canonicalJson, DTYPE_SUFFIX, type Device, type Dtype } from "../../runtime/index";
import { CHOICES, plannedRuns, PROMPT_NAMES, SUITE, type ChoiceName } from "./prompts";
import { cleanName, FORMAT, idOf, isGood, mediansOf, MESSAGE_LENGTH, NAME_LENGTH } from "./result";
import type { Medians, Place, Result, Run, Summary } from "./result";

/** What is wrong with a result: the field, what it has to be, and what was found. */
export class BadResult extends Error {
  override name = "BadResult";
}

type Members = Record<string, unknown>;

const LONGEST_TEXT = 300;
const DEVICES = ["wasm", "webgpu", "cpu"] as const satisfies readonly Device[];
const DTYPES = Object.keys(DTYPE_SUFFIX) as Dtype[];
const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];
const FINISHES = ["eos", "length", "stopped"] as const;
const SUMMARY_KEYS = [
  ...["format", "suite", "choice", "id", "name", "time", "runtime", "model", "device", "dtype", "threads", "place"],
  ...["complete", "hidden", "medians"],
];
const RUN_KEYS = [
  ...["prompt", "repeat", "loadMicros", "networkBytes", "coldFirstTokenMicros", "firstTokenMicros", "decodeMicros"],
  ...["promptTokens", "tokens", "finish", "memoryBytes", "tokensSha256", "record"],
];

function bad(where: string, expected: string, value: unknown): BadResult {
  return new BadResult(`${where} must be ${expected}, not ${inShort(value)}.`);
}

/** Of a list or an object only what it is: it may be deeper than JSON.stringify goes. */
function inShort(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const shown = JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** An object with these keys and no others. */
function members(value: unknown, keys: readonly string[], where: string): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(where, "an object", value);
  for (const key of keys) if (!Object.hasOwn(value, key)) throw new BadResult(`${where} lacks the field ${key}.`);
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    throw new BadResult(`${where} has a field ${JSON.stringify(key.slice(0, 60))}, which is unknown.`);
  }
  return value as Members;
}

function list(value: unknown, most: number, where: string): unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw bad(where, `a list of ${most} at most`, value);
}

function text(value: unknown, where: string, longest = LONGEST_TEXT): string {
  const fits = typeof value === "string" && value !== "" && value.length <= longest && !/\p{Surrogate}/u.test(value);
  if (fits) return value;
  throw bad(where, `a text of 1 to ${longest} characters`, value);
}

function textOrNull(value: unknown, where: string): string | null {
  return value === null ? null : text(value, where);
}

function whole(value: unknown, least: number, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw bad(where, `a whole number from ${least} upwards`, value);
}

function wholeOrNull(value: unknown, least: number, where: string): number | null {
  return value === null ? null : whole(value, least, where);
}

function truth(value: unknown, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw bad(where, "true or false", value);
}

function hex(value: unknown, where: string): string {
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return value;
  throw bad(where, "a SHA-256: 64 digits of lower-case hex", value);
}

function oneOf<T extends string>(value: unknown, known: readonly T[], where: string): T {
  if (known.includes(value as T)) return value as T;
  throw bad(where, `one of ${known.join(", ")}`, value);
}

/**
 * A result from its JSON text, or from what that was parsed to; a copy with nothing unchecked in it.
 *
 * @throws BadResult, naming field and reason.
 */
export function checkResult(source: unknown): Result {
  const given = members(typeof source === "string" ? parse(source) : source, [...SUMMARY_KEYS, "runs"], "the result");
  const summary = checkHead(given);
  const planned = plannedRuns(summary.choice);
  const runs = list(given["runs"], planned.length, "runs").map((run, i) => {
    const checked = checkRun(run, `runs[${i}]`);
    const { prompt, repeat } = planned[i]!;
    if (checked.prompt === prompt && checked.repeat === repeat) return checked;
    const found = `repeat ${checked.repeat} of ${checked.prompt}`;
    throw new BadResult(`runs[${i}] must be repeat ${repeat} of the prompt ${prompt}, not ${found}.`);
  });
  if (!runs.some(isGood)) throw new BadResult("runs must have one at least that did not fail.");
  if (summary.complete !== (runs.length === planned.length)) {
    const counted = `there are ${runs.length} of ${planned.length} runs`;
    throw bad("complete", `${!summary.complete}: ${counted}`, summary.complete);
  }
  const medians = mediansOf(runs);
  if (canonicalJson(medians) !== canonicalJson(summary.medians)) {
    throw new BadResult(`medians must be those of the runs, ${canonicalJson(medians)}.`);
  }
  const result = { ...summary, runs };
  if (idOf(result) !== summary.id) {
    throw new BadResult(`id must be ${idOf(result)}, which follows from the other fields: the result was changed.`);
  }
  return result;
}

/**
 * A result without its runs, as the merged leaderboard has it. That medians and id fit the runs was checked when it
 * was merged.
 *
 * @throws BadResult, naming field and reason.
 */
export function checkSummary(value: unknown): Summary {
  return checkHead(members(value, SUMMARY_KEYS, "the entry"));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new BadResult(`This is not JSON: ${(error as Error).message}`);
  }
}

function checkHead(given: Members): Summary {
  if (given["format"] !== FORMAT) throw bad("format", `${FORMAT}, which this version reads`, given["format"]);
  if (given["suite"] !== SUITE) {
    throw bad("suite", `${SUITE}: numbers of other prompts cannot be compared`, given["suite"]);
  }
  const model = members(given["model"], ["name", "version", "hashes"], "model");
  const hashes = members(model["hashes"], ["config", "weights", "tokenizer"], "model.hashes");
  const { name, time } = given;
  if (typeof name !== "string" || name !== cleanName(name)) {
    throw bad("name", `a text of ${NAME_LENGTH} characters at most, with single blanks between words`, name);
  }
  if (typeof time !== "string" || Number.isNaN(Date.parse(time)) || new Date(time).toISOString() !== time) {
    throw bad("time", "a time in UTC as 2025-01-31T12:00:00.000Z", time);
  }
  return {
    format: FORMAT,
    suite: SUITE,
    choice: oneOf(given["choice"], CHOICE_NAMES, "choice"),
    id: hex(given["id"], "id"),
    name,
    time,
    runtime: text(given["runtime"], "runtime"),
    model: {
      name: textOrNull(model["name"], "model.name"),
      version: textOrNull(model["version"], "model.version"),
      hashes: {
        config: hex(hashes["config"], "model.hashes.config"),
        weights: hex(hashes["weights"], "model.hashes.weights"),
        tokenizer: hex(hashes["tokenizer"], "model.hashes.tokenizer"),
      },
    },
    device: oneOf(given["device"], DEVICES, "device"),
    dtype: oneOf(given["dtype"], DTYPES, "dtype"),
    threads: whole(given["threads"], 1, "threads"),
    place: checkPlace(given["place"]),
    complete: truth(given["complete"], "complete"),
    hidden: truth(given["hidden"], "hidden"),
    medians: checkMedians(given["medians"]),
  };
}

function checkPlace(value: unknown): Place {
  const place = members(value, ["browser", "platform", "cores", "isolated", "webgpu"], "place");
  const browser = members(place["browser"], ["name", "version"], "place.browser");
  return {
    browser: {
      name: text(browser["name"], "place.browser.name"),
      version: text(browser["version"], "place.browser.version"),
    },
    platform: text(place["platform"], "place.platform"),
    cores: whole(place["cores"], 1, "place.cores"),
    isolated: truth(place["isolated"], "place.isolated"),
    webgpu: textOrNull(place["webgpu"], "place.webgpu"),
  };
}

function checkMedians(value: unknown): Medians {
  const keys = ["loadMicros", "coldFirstTokenMicros", "memoryBytes", "tokenMicros", "prompts"];
  const medians = members(value, keys, "medians");
  return {
    loadMicros: whole(medians["loadMicros"], 0, "medians.loadMicros"),
    coldFirstTokenMicros: whole(medians["coldFirstTokenMicros"], 0, "medians.coldFirstTokenMicros"),
    memoryBytes: wholeOrNull(medians["memoryBytes"], 1, "medians.memoryBytes"),
    tokenMicros: wholeOrNull(medians["tokenMicros"], 0, "medians.tokenMicros"),
    prompts: list(medians["prompts"], PROMPT_NAMES.length, "medians.prompts").map((one, i) => {
      const where = `medians.prompts[${i}]`;
      const of = members(one, ["prompt", "runs", "firstTokenMicros", "tokenMicros", "tokensSha256"], where);
      return {
        prompt: oneOf(of["prompt"], PROMPT_NAMES, `${where}.prompt`),
        runs: whole(of["runs"], 1, `${where}.runs`),
        firstTokenMicros: whole(of["firstTokenMicros"], 0, `${where}.firstTokenMicros`),
        tokenMicros: wholeOrNull(of["tokenMicros"], 0, `${where}.tokenMicros`),
        tokensSha256: of["tokensSha256"] === null ? null : hex(of["tokensSha256"], `${where}.tokensSha256`),
      };
    }),
  };
}

function checkRun(value: unknown, where: string): Run {
  const failed = typeof value === "object" && value !== null && Object.hasOwn(value, "error");
  const run = members(value, failed ? ["prompt", "repeat", "error"] : RUN_KEYS, where);
  const prompt = oneOf(run["prompt"], PROMPT_NAMES, `${where}.prompt`);
  const repeat = whole(run["repeat"], 1, `${where}.repeat`);
  if (failed) {
    const error = members(run["error"], ["code", "message"], `${where}.error`);
    const code = text(error["code"], `${where}.error.code`);
    const message = text(error["message"], `${where}.error.message`, MESSAGE_LENGTH);
    return { prompt, repeat, error: { code, message } };
  }
  const time = (name: string) => whole(run[name], 0, `${where}.${name}`);
  return {
    prompt,
    repeat,
    loadMicros: time("loadMicros"),
    networkBytes: time("networkBytes"),
    coldFirstTokenMicros: time("coldFirstTokenMicros"),
    firstTokenMicros: time("firstTokenMicros"),
    decodeMicros: time("decodeMicros"),
    promptTokens: whole(run["promptTokens"], 1, `${where}.promptTokens`),
    tokens: whole(run["tokens"], 1, `${where}.tokens`),
    finish: oneOf(run["finish"], FINISHES, `${where}.finish`),
    memoryBytes: wholeOrNull(run["memoryBytes"], 1, `${where}.memoryBytes`),
    tokensSha256: hex(run["tokensSha256"], `${where}.tokensSha256`),
    record: hex(run["record"], `${where}.record`),
  };
}
