/** A scripted model at the API's edge, and results made with it. */

import type { ModelInfo, OdinLLM, RunRecord, StartOptions, Stats, TelemetryEvent } from "../runtime/index";
import { plannedRuns, type ChoiceName } from "../app/benchmark/prompts";
import { makeResult, type GoodRun, type Result } from "../app/benchmark/result";
import type { Model } from "../app/benchmark/run";

export const HASHES = { config: "c".repeat(64), weights: "a".repeat(64), tokenizer: "b".repeat(64) };

export function infoOf(changes: Partial<ModelInfo> = {}): ModelInfo {
  return {
    model: "toy",
    version: "1.0",
    url: undefined,
    variant: null,
    adapter: null,
    dtype: "q8",
    device: "wasm",
    threads: 1,
    bytes: 3000,
    stored: true,
    config: {},
    hashes: HASHES,
    precision: {} as ModelInfo["precision"],
    capabilities: {
      platform: "worker",
      webAssembly: true,
      simd: true,
      threads: true,
      isolated: true,
      cores: 2,
      webGpu: { usable: false, fp16: false, fallbackAdapter: false, reason: "not supported here" },
      cacheStorage: true,
      locks: true,
    },
    attempts: [],
    loadMs: 120.5,
    downloadMs: 20,
    sessionMs: 90,
    ...changes,
  };
}

export function statsOf(tokens: number[], changes: Partial<Stats> = {}): Stats {
  const record = { format: 1, seed: 0, tokens } as unknown as RunRecord;
  const prompt = { promptTokens: [1, 2, 3], readTokens: 3 };
  return { ...prompt, tokens, finish: "length", prefillMs: 10, decodeMs: 40, record, ...changes };
}

type Answers = ReturnType<OdinLLM["generate"]>;

/** A model whose `answer` says what comes of each call. `made` holds all of them, with what was asked. */
export class FakeModel implements Model {
  disposed = 0;
  readonly calls: { prompt: unknown; options: unknown }[] = [];

  constructor(
    readonly info: ModelInfo,
    readonly options: Pick<StartOptions, "onTelemetry" | "signal">,
    readonly answer: (call: number, model: FakeModel) => Stats | Promise<Stats>,
  ) {}

  tell(event: TelemetryEvent): void {
    this.options.onTelemetry?.(event);
  }

  async *generate(prompt: unknown, options: unknown): Answers {
    this.calls.push({ prompt, options });
    const stats = await this.answer(this.calls.length, this);
    yield { text: "x", tokens: stats.tokens };
    return stats;
  }

  dispose(): void {
    this.disposed += 1;
  }
}

export function goodRun(changes: Partial<GoodRun> = {}): GoodRun {
  return {
    prompt: "question",
    repeat: 1,
    loadMicros: 100_000,
    networkBytes: 3000,
    coldFirstTokenMicros: 50_000,
    firstTokenMicros: 10_000,
    decodeMicros: 63_000,
    promptTokens: 20,
    tokens: 64,
    finish: "length",
    memoryBytes: 20_000_000,
    tokensSha256: "1".repeat(64),
    record: "2".repeat(64),
    ...changes,
  };
}

export interface Changes {
  choice?: ChoiceName;
  name?: string;
  hidden?: boolean;
  /** Of each run. */
  run?: Partial<GoodRun>;
  info?: Partial<ModelInfo>;
}

/** A good result, with changes. */
export function resultOf(changes: Changes = {}): Result {
  const { choice = "full", name = "a laptop", hidden = false, run, info } = changes;
  const runs = plannedRuns(choice).map((planned) => goodRun({ ...planned, ...run }));
  return makeResult(runs, {
    choice,
    name,
    hidden,
    time: "2025-01-31T12:00:00.000Z",
    runtime: "0.2.0",
    place: { browser: { name: "Firefox", version: "153" }, platform: "Linux", cores: 2, isolated: true, webgpu: null },
    info: infoOf(info),
  });
}
