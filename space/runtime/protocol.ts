/** What the page and the worker say to each other, and the option types that both share. */

import type { OdinErrorCode } from "./errors";

/** Weights to load: each names one ONNX file, the way transformers.js names them. */
export const DTYPE_SUFFIX = { fp32: "", fp16: "_fp16", q8: "_quantized", q4: "_q4" } as const;
export type Dtype = keyof typeof DTYPE_SUFFIX;
export type Device = "wasm" | "webgpu";

export interface LoadOptions {
  /** Default `q8`. */
  dtype?: Dtype;
  /** Default `wasm`. */
  device?: Device;
  /** WebAssembly threads; more than 1 needs a cross-origin isolated page. Default: up to 4 there for wide models. */
  threads?: number;
}

/** Bytes of all model files so far; `total` grows until the sizes of all files are known. */
export interface Progress {
  loaded: number;
  total: number;
  file: string;
}

export interface ModelInfo {
  dtype: Dtype;
  device: Device;
  threads: number;
  /** Bytes downloaded. */
  bytes: number;
  config: Record<string, unknown>;
  /** Milliseconds from the first request until the model was ready. */
  loadMs: number;
}

export interface GenerateOptions {
  /** Most tokens to produce. Default 512. */
  maxTokens?: number;
  /** 0 (default) takes the likeliest token each time; above, tokens are drawn from softmax(logits / temperature). */
  temperature?: number;
  /** Draw only from the k likeliest tokens; 0 (default) for all. */
  topK?: number;
  /** Draw only from the smallest set of tokens whose probabilities reach p; default 1, all. */
  topP?: number;
  /** Seed of the draw, an integer in [0, 2^32). The same seed gives the same text. Default 0. */
  seed?: number;
}

/** A piece of the answer: token ids, and the text that they completed (empty inside a multi-byte character). */
export interface Chunk {
  text: string;
  tokens: number[];
}

export interface Stats {
  promptTokens: number[];
  tokens: number[];
  /** `eos`: the model ended its answer; `length`: maxTokens was reached; `stopped`: the caller asked. */
  finish: "eos" | "length" | "stopped";
  /** Milliseconds to read the prompt up to the first token, and from there to the last. */
  prefillMs: number;
  decodeMs: number;
}

export type Request =
  | { type: "load"; url: string; ortUrl: string; options: LoadOptions }
  | { type: "generate"; id: number; prompt: string; options: GenerateOptions }
  | { type: "stop"; id: number };

export type Reply =
  | ({ type: "progress" } & Progress)
  | { type: "loaded"; info: ModelInfo }
  | { type: "prefill"; id: number; done: number; total: number }
  | ({ type: "chunk"; id: number } & Chunk)
  | { type: "done"; id: number; stats: Stats }
  | { type: "error"; id?: number; code: OdinErrorCode; message: string };
