/** The result of a benchmark as JSON: what was measured, on what, and an id that depends on all of it. */

import { median as exactMedian } from "../ui/numbers";
import { canonicalJson, sha256Hex, type Device, type Dtype, type ModelInfo, type Stats } from "../../runtime/index";
import { plannedRuns, SUITE, type ChoiceName, type PromptName } from "./prompts";

export const FORMAT = 1;
/** Most characters of the name that a visitor gives a device. */
export const NAME_LENGTH = 80;
/** Most characters of why a run failed. */
export const MESSAGE_LENGTH = 2000;

/** Times are whole microseconds: canonical JSON, of which the id is made, has no fractions. */
export interface GoodRun {
  prompt: PromptName;
  repeat: number;
  /** From stored files to a model that answers. */
  loadMicros: number;
  /** Bytes of it that came over the network after all. */
  networkBytes: number;
  /** Up to the first token of the very first answer in the worker. */
  coldFirstTokenMicros: number;
  /** The measured answer: up to its first token, and from there to its last. */
  firstTokenMicros: number;
  decodeMicros: number;
  promptTokens: number;
  tokens: number;
  finish: Stats["finish"];
  /** The most that WebAssembly had; null where the runtime did not tell. */
  memoryBytes: number | null;
  /** Sha256 of the canonical JSON of the answer's token ids. */
  tokensSha256: string;
  /** Id of the answer's run record. */
  record: string;
}

export interface FailedRun {
  prompt: PromptName;
  repeat: number;
  error: { code: string; message: string };
}

export type Run = GoodRun | FailedRun;

export interface PromptMedians {
  prompt: PromptName;
  runs: number;
  firstTokenMicros: number;
  /** For a token after the first; null where no answer had a second one. */
  tokenMicros: number | null;
  /** Null where repeats gave different tokens. */
  tokensSha256: string | null;
}

export interface Medians {
  loadMicros: number;
  coldFirstTokenMicros: number;
  memoryBytes: number | null;
  /** Of all runs of all prompts. */
  tokenMicros: number | null;
  prompts: PromptMedians[];
}

/** Where it ran, as far as the browser tells. */
export interface Place {
  browser: { name: string; version: string };
  platform: string;
  cores: number;
  isolated: boolean;
  /** The WebGPU adapter; null without one. */
  webgpu: string | null;
}

export interface Summary {
  format: typeof FORMAT;
  suite: number;
  choice: ChoiceName;
  id: string;
  /** What the visitor calls the device; empty where nothing was said. Not part of the id, so it may be corrected. */
  name: string;
  /** ISO 8601, of the last run. */
  time: string;
  runtime: string;
  model: { name: string | null; version: string | null; hashes: ModelInfo["hashes"] };
  device: Device;
  dtype: Dtype;
  threads: number;
  place: Place;
  /** Whether every run of the choice was made, be it that it failed. */
  complete: boolean;
  /** Whether the page was in the background at some time, where browsers save power. */
  hidden: boolean;
  medians: Medians;
}

export interface Result extends Summary {
  runs: Run[];
}

export function isGood(run: Run): run is GoodRun {
  return !("error" in run);
}

/** In whole units, as everything in a result. */
export function median(values: readonly number[]): number {
  return Math.round(exactMedian(values));
}

function medianOr<T>(values: readonly number[], none: T): number | T {
  return values.length > 0 ? median(values) : none;
}

function tokenMicros({ tokens, decodeMicros }: GoodRun): number[] {
  return tokens > 1 ? [Math.round(decodeMicros / (tokens - 1))] : [];
}

/** @throws RangeError when no run is good. */
export function mediansOf(runs: readonly Run[]): Medians {
  const good = runs.filter(isGood);
  if (good.length === 0) throw new RangeError("there is no run to take a median of");
  const names = [...new Set(good.map(({ prompt }) => prompt))];
  return {
    loadMicros: median(good.map((run) => run.loadMicros)),
    coldFirstTokenMicros: median(good.map((run) => run.coldFirstTokenMicros)),
    memoryBytes: medianOr(
      good.flatMap(({ memoryBytes }) => memoryBytes ?? []),
      null,
    ),
    tokenMicros: medianOr(good.flatMap(tokenMicros), null),
    prompts: names.map((prompt) => {
      const of = good.filter((run) => run.prompt === prompt);
      const hashes = new Set(of.map((run) => run.tokensSha256));
      return {
        prompt,
        runs: of.length,
        firstTokenMicros: median(of.map((run) => run.firstTokenMicros)),
        tokenMicros: medianOr(of.flatMap(tokenMicros), null),
        tokensSha256: hashes.size === 1 ? of[0]!.tokensSha256 : null,
      };
    }),
  };
}

/** Sha256 of the canonical JSON of everything but `id` itself and `name`. */
export function idOf({ id: _, name: __, ...measured }: Result): string {
  return sha256Hex(canonicalJson(measured));
}

export interface Circumstances extends Pick<Summary, "choice" | "name" | "time" | "runtime" | "place" | "hidden"> {
  info: ModelInfo;
}

/** @throws RangeError when no run is good. */
export function makeResult(runs: Run[], { info, ...circumstances }: Circumstances): Result {
  const { device, dtype, threads, hashes, model, version } = info;
  const complete = runs.length === plannedRuns(circumstances.choice).length;
  const result: Result = {
    format: FORMAT,
    suite: SUITE,
    id: "",
    ...circumstances,
    model: { name: model ?? null, version: version ?? null, hashes },
    device,
    dtype,
    threads,
    complete,
    medians: mediansOf(runs),
    runs,
  };
  return { ...result, id: idOf(result) };
}

/** What a name may hold: {@link NAME_LENGTH} characters, no control characters, double blanks or halves. */
export function cleanName(text: string): string {
  const plain = text
    .replace(/\p{Surrogate}/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return [...plain].slice(0, NAME_LENGTH).join("").trim();
}
