/** Runs the benchmark: one fresh worker a run, so that a crash of one does not stop the queue. */

import { canonicalJson, OdinError, recordId, sha256Hex } from "../../runtime/index";
import type { GenerateOptions, ModelInfo, OdinLLM, Prompt, Stats, StartOptions } from "../../runtime/index";
import { runsOn } from "./entries";
import { ANSWER, PROMPTS, plannedRuns, WARM_UP, type ChoiceName, type PromptName } from "./prompts";
import { MESSAGE_LENGTH, type FailedRun, type Run } from "./result";

/** As much of a model as a run needs. */
export type Model = Pick<OdinLLM, "info" | "generate" | "dispose">;
/** Starts a model in a worker of its own. */
export type Load = (options: Pick<StartOptions, "onProgress" | "onTelemetry" | "signal">) => Promise<Model>;

export type Step =
  | { stage: "fetching"; loaded: number; total: number }
  | { stage: "running"; prompt: PromptName; index: number; of: number };

export interface Measured {
  runs: Run[];
  /** How the model ran; undefined when no run was good. */
  info: ModelInfo | undefined;
}

export interface Options {
  load: Load;
  /** Ends the benchmark; what was measured so far is returned. */
  signal: AbortSignal;
  onStep: (step: Step) => void;
  /** Is told each run as it is done. */
  onRun?: (run: Run) => void;
}

/**
 * Makes all runs of a choice, in order. What goes wrong in a run is not thrown but recorded, and the next begins.
 */
export async function measure(choice: ChoiceName, { load, signal, onStep, onRun }: Options): Promise<Measured> {
  const planned = plannedRuns(choice);
  const measured: Measured = { runs: [], info: undefined };
  const note = (run: Run) => {
    measured.runs.push(run);
    onRun?.(run);
  };
  await fetchOnce(load, signal, onStep);
  for (const [i, { prompt, repeat }] of planned.entries()) {
    if (signal.aborted) break;
    onStep({ stage: "running", prompt, index: i + 1, of: planned.length });
    try {
      const { run, info } = await measureOne(prompt, repeat, load, signal);
      measured.info ??= info;
      const other = difference(measured.info, info);
      if (other) throw new Error(`This run was on ${other}, unlike those before: the numbers cannot be compared.`);
      note(run);
    } catch (error) {
      if (signal.aborted) break;
      note({ prompt, repeat, error: described(error) });
    }
  }
  return measured;
}

/** Puts the files where runs find them. When it fails the runs will tell why, or do better. */
async function fetchOnce(load: Load, signal: AbortSignal, onStep: Options["onStep"]): Promise<void> {
  onStep({ stage: "fetching", loaded: 0, total: 0 });
  try {
    const onProgress: StartOptions["onProgress"] = ({ loaded, total }) => onStep({ stage: "fetching", loaded, total });
    (await load({ signal, onProgress })).dispose();
  } catch {
    return;
  }
}

async function measureOne(
  prompt: PromptName,
  repeat: number,
  load: Load,
  signal: AbortSignal,
): Promise<{ run: Run; info: ModelInfo }> {
  let memoryBytes: number | null = null;
  const onTelemetry: StartOptions["onTelemetry"] = (event) => {
    if (event.type === "memory") memoryBytes = Math.max(memoryBytes ?? 0, event.bytes);
  };
  const model = await load({ signal, onTelemetry });
  // Unlike an answer's own signal this ends a worker that no longer listens, too.
  const end = () => model.dispose();
  signal.addEventListener("abort", end);
  try {
    signal.throwIfAborted();
    const { prompt: asked } = PROMPTS.find(({ name }) => name === prompt)!;
    const cold = await answer(model, asked, WARM_UP);
    const stats = await answer(model, asked, ANSWER);
    const { info } = model;
    const run: Run = {
      prompt,
      repeat,
      loadMicros: micros(info.loadMs),
      networkBytes: info.bytes,
      coldFirstTokenMicros: micros(cold.prefillMs),
      firstTokenMicros: micros(stats.prefillMs),
      decodeMicros: micros(stats.decodeMs),
      promptTokens: stats.promptTokens.length,
      tokens: stats.tokens.length,
      finish: stats.finish,
      memoryBytes,
      tokensSha256: sha256Hex(canonicalJson(stats.tokens)),
      record: recordId(stats.record),
    };
    return { run, info };
  } finally {
    signal.removeEventListener("abort", end);
    model.dispose();
  }
}

async function answer(model: Model, prompt: Prompt, options: GenerateOptions): Promise<Stats> {
  const pieces = model.generate(prompt, options);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return value;
  }
}

function described(error: unknown): FailedRun["error"] {
  const code = error instanceof OdinError ? error.code : "engine";
  const message = error instanceof Error ? error.message : String(error);
  const shown = message.slice(0, MESSAGE_LENGTH).replace(/\p{Surrogate}/gu, "\ufffd");
  return { code, message: shown || "It failed without a word." };
}

function micros(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}

/** What differs between two starts of a model, for people; undefined when they compute alike. */
function difference(before: ModelInfo, now: ModelInfo): string | undefined {
  if (runsOn(before) !== runsOn(now)) return runsOn(now);
  return canonicalJson(before.hashes) === canonicalJson(now.hashes) ? undefined : "other files of the model";
}
