/** What the page and the model's thread say to each other, and the option types that both share. */

import type { Plan, Capabilities } from "./devices";
import type { DownloadEvent } from "./download";
import type { OdinErrorCode } from "./errors";
import type { Reads } from "./model";
import type { PrecisionPolicy } from "./precision";
import type { RunRecord } from "./record";
import type { TrainingCall } from "./training/messages";
import type { AdapterInfo } from "./training/types";
import type { ChosenVariant } from "./variants";

/** Weights to load, and what each adds to the name of its ONNX file; names are transformers.js's where it has one. */
export const DTYPE_SUFFIX = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  q4: "_q4",
  q4f16: "_q4f16",
  q4wire: "_q4wire",
} as const;
export type Dtype = keyof typeof DTYPE_SUFFIX;
/** `cpu` is onnxruntime's own build for Node. */
export type Device = "wasm" | "webgpu" | "cpu";

export interface LoadOptions {
  /** Default `auto`: the best that the device computes fast and the model has. A `.onnx` address says it itself. */
  dtype?: Dtype | "auto";
  /** Default `auto`: WebGPU where it really works, otherwise WebAssembly. */
  device?: Device | "auto";
  /** WebAssembly threads; more than 1 needs a cross-origin isolated page. Default: up to 4 there for wide models. */
  threads?: number;
  /** Whether the files are kept for the next start; default true. */
  store?: boolean;
  /**
   * Which of the variants that the manifest lists; default: the visitor's. As a record has it, with its experiment, it
   * counts only where there are variants: the address may also be that of the model itself.
   */
  variant?: string | ChosenVariant;
  /** Any text that tells visitors apart, to give each a variant; it is sent nowhere. Default: a random one. */
  visitor?: string;
  /** Compare the precision that the graph really has with what its file promises, and refuse it if they differ. */
  debug?: boolean;
}

export interface StartOptions extends LoadOptions {
  onProgress?: (progress: Progress) => void;
  /** Times and sizes, as they come; nothing is measured for it, and nothing told, unless it is given. */
  onTelemetry?: (event: TelemetryEvent) => void;
  /** Aborting ends the loading; what has been downloaded stays stored. */
  signal?: AbortSignal;
  /** Folder of onnxruntime's WebAssembly files. Default: `ort/` beside this package's script. */
  ortUrl?: string;
  /** Whether the model lives in a worker; default true, where there are any. Else WebGPU is only tried by name. */
  worker?: boolean;
}

/** Bytes of all model files so far, stored ones included; `total` grows until the sizes of all files are known. */
export interface Progress {
  loaded: number;
  total: number;
  file: string;
}

export interface ModelInfo {
  /** Absolute address of its folder, of the variant's where there are variants; undefined for bytes of the caller. */
  url: string | undefined;
  /** As the manifest has them; undefined without one. */
  model: string | null | undefined;
  version: string | null | undefined;
  /** Of the experiment that the address leads to; null where it leads to a model. */
  variant: ChosenVariant | null;
  dtype: Dtype;
  device: Device;
  threads: number;
  /** Bytes that came over the network, in Node also from a folder on the disk. */
  bytes: number;
  /** Whether the files could be stored for the next start. */
  stored: boolean;
  config: Record<string, unknown>;
  /** SHA-256 in hex of the files; of the weights as loaded. */
  hashes: { config: string; weights: string; tokenizer: string };
  /** What it has learned since its release; null when that is nothing. */
  adapter: AdapterInfo | null;
  precision: PrecisionPolicy;
  capabilities: Capabilities;
  /** What was tried, in order, the last being what runs; `failure` says why one did not. */
  attempts: (Plan & { failure?: string })[];
  /** Milliseconds until the model was ready, in all, and of these for its files and for starting it. */
  loadMs: number;
  downloadMs: number;
  sessionMs: number;
}

/** What the thread that runs a model knows of it. */
export type RunInfo = Omit<ModelInfo, "loadMs" | "downloadMs">;

export interface GenerateOptions {
  /** Most tokens to produce. Default 512. */
  maxTokens?: number;
  /** 0 (default) takes the likeliest token each time; above, tokens are drawn from softmax(logits / temperature). */
  temperature?: number;
  /** Draw only from the k likeliest tokens; 0 (default) for all. */
  topK?: number;
  /** Draw only from the smallest set of tokens whose probabilities reach p; default 1, all. */
  topP?: number;
  /** Draw only from tokens at least p times as likely as the likeliest; default 0, all. */
  minP?: number;
  /** Divides the positive and multiplies the negative logits of tokens that were there before; default 1. */
  repetitionPenalty?: number;
  /** Seed of the draw, an integer in [0, 2^32). The same seed gives the same text. Default 0. */
  seed?: number;
}

/** One turn of a conversation, as the tokenizer's chat template takes it. */
export interface Message {
  role: "user" | "assistant" | "system";
  content: string;
}

/** What to answer: a question, a conversation that ends with one, or token ids as they are. */
export type Prompt = string | Message[] | { tokens: number[] };

/** What an answer begins from: a prompt, the last answer where it ended, or a prompt read as a record says. */
export type Call =
  | { kind: "prompt"; prompt: Prompt }
  | { kind: "continue" }
  | { kind: "replay"; prompt: Prompt; reads: Reads; firstDraw: number };

/** A piece of the answer: token ids, and the text that they completed (empty inside a multi-byte character). */
export interface Chunk {
  text: string;
  tokens: number[];
}

export interface Stats {
  promptTokens: number[];
  /** Prompt tokens that the state had not read before: all of a new conversation, the last turn of an old one. */
  readTokens: number;
  tokens: number[];
  /** `eos`: the model ended its answer; `length`: maxTokens was reached; `stopped`: the caller asked. */
  finish: "eos" | "length" | "stopped";
  /** Milliseconds to read the prompt up to the first token, and from there to the last. */
  prefillMs: number;
  decodeMs: number;
  record: RunRecord;
}

/** What the runtime tells a telemetry hook. Times in milliseconds, sizes in bytes. */
export type TelemetryEvent =
  | { type: "download"; ms: number; bytes: number }
  | { type: "storage"; event: DownloadEvent }
  /** A record comes from another device, number of threads or version, so that its replay may differ. */
  | { type: "warning"; message: string }
  | { type: "attempt"; device: Device; dtype: Dtype; ms: number; failure?: string }
  | { type: "prefill"; ms: number; tokens: number }
  | { type: "token"; ms: number; position: number }
  /** A step of training: in all, of it in the graph, and of it in storage. */
  | { type: "training-step"; ms: number; computeMs: number; storeMs: number }
  | { type: "memory"; bytes: number; source: "webassembly" | "process" };

/** An ONNX file in pieces, in order, each in a buffer of its own. */
export type Weights = Uint8Array<ArrayBuffer>[];

/** What a graph reads from another file, by the name that it has there. */
export interface ExternalFile {
  path: string;
  weights: Weights;
}

/** All that a model is made of. */
export interface ModelFiles {
  config: Record<string, unknown>;
  generationConfig: Record<string, unknown>;
  /** `tokenizer.json` as it is, and what `tokenizer_config.json` holds. */
  tokenizer: { bytes: Uint8Array; config: Record<string, unknown> } | undefined;
  weights: Weights;
  /** Of a model that can be trained: what its graph, in `weights`, reads from elsewhere, and what is trained of it. */
  external?: ExternalFile[];
  adapted?: "full" | "lora";
  dtype: Dtype;
  /** Of a model that was trained that of the weights is the hash of the trained parameters. */
  hashes: ModelInfo["hashes"];
  adapter?: AdapterInfo;
}

/** What of a model's files can go over to another thread without being copied. */
export function buffersOf({ weights, external = [] }: ModelFiles): ArrayBuffer[] {
  return [weights, ...external.map((file) => file.weights)].flat().map(({ buffer }) => buffer);
}

/** What a model has learned: the bytes that its `train.safetensors` has become. */
export interface Learned {
  parameters: Uint8Array<ArrayBuffer>;
  /** Of the parameters, in hex. */
  sha256: string;
  /** Null for the first parameters, with which the model is as it was released. */
  info: AdapterInfo | null;
}

export type Failure = Plan & { failure: string };

/** Finds out how to run the model, and fetches what that takes. */
export interface FetchRequest {
  type: "fetch";
  /** Absolute, of the folder or of a `.onnx` file; undefined when the caller brought all files. */
  url: string | undefined;
  /** Absolute, of the folder with onnxruntime's WebAssembly files. */
  ortUrl: string;
  options: LoadOptions;
  /** What is there already; without a `url` nothing else will be. */
  files: ModelFiles | undefined;
  /** With which parameters to generate, in place of the released weights; for a model from a `url`. */
  learned?: Learned | undefined;
  /** What has failed before, and is not to be tried again. */
  failed: Failure[];
  telemetry: boolean;
}

/** How to run a model, and its files. */
export interface Fetched {
  plan: Plan;
  /** Whether there is another plan, should this one fail. */
  another: boolean;
  files: ModelFiles;
  source: Pick<ModelInfo, "url" | "model" | "version" | "variant" | "bytes" | "stored" | "capabilities">;
  failed: Failure[];
}

export interface StartRequest {
  type: "start";
  fetched: Fetched;
  ortUrl: string;
  debug: boolean;
  telemetry: boolean;
  /** Shared memory with the id of the call to stop, in a cross-origin isolated page; otherwise messages say it. */
  stop: SharedArrayBuffer | undefined;
}

export type Request =
  | FetchRequest
  | StartRequest
  | { type: "generate"; id: number; call: Call; options: GenerateOptions }
  | { type: "stop"; id: number }
  | { type: "train"; id: number; call: TrainingCall; telemetry: boolean };

export type Reply =
  | { type: "started" }
  | ({ type: "progress" } & Progress)
  | { type: "telemetry"; event: TelemetryEvent }
  | { type: "fetched"; fetched: Fetched }
  | { type: "ready"; info: RunInfo }
  /** This thread could not run the model as planned; `files` unless they were used up. */
  | { type: "failed"; failed: Failure[]; files: ModelFiles | undefined }
  | { type: "prefill"; id: number; done: number; total: number }
  | ({ type: "chunk"; id: number } & Chunk)
  | { type: "done"; id: number; stats: Stats }
  | { type: "replayed"; id: number; done: number; total: number }
  | { type: "trained"; id: number; result: unknown }
  | { type: "error"; id?: number; code: OdinErrorCode; message: string };
