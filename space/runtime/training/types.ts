/** What training in the browser is asked for, and what it gives. */

import type { Progress } from "../protocol";
import type { TrainingRecord } from "./record";

/** A question and the answer that the model is to learn, as a chat has them. */
export interface Example {
  question: string;
  answer: string;
}

/** Rows of tokens as the training graph takes them: `rows` x `length`, row by row. */
export interface TrainingBatch {
  rows: number;
  length: number;
  inputIds: Int32Array;
  /** The token itself where it is to be learned, -100 elsewhere. */
  labels: Int32Array;
  /** Which document of its row a token belongs to: 0, 1, ... */
  segments: Int32Array;
  /** How many examples are in it. */
  examples: number;
}

export interface BatchOptions {
  /** Of the order of the examples; default: that of the training. Each epoch has an order of its own. */
  seed?: number;
  /** Passes over the examples; default 1. */
  epochs?: number;
}

export interface TrainingOptions {
  /** Of the order of the examples, from 0 to 2^53 - 1. Default: of what is stored, else 0. */
  seed?: number;
  /** What is learned from; for the record. */
  data?: TrainingData;
  /** Whether to go on with what is stored of this model; default true. Otherwise what is stored is deleted. */
  resume?: boolean;
  /** Whether the state is stored, so that it survives the page and a thread that dies; default true. */
  keep?: boolean;
  /** Steps between two checkpoints; default 25. */
  checkpointEvery?: number;
  /** Of downloads, in bytes. */
  onProgress?: (progress: Progress) => void;
  /** Of steps that are computed again after a reload. */
  onReplay?: (done: number, total: number) => void;
  /** Aborting ends the start; the model is as before. */
  signal?: AbortSignal;
}

export interface TrainingData {
  /** In hex, of the canonical JSON of the examples in order. */
  sha256: string;
  examples: number;
}

/** Where a training stands. */
export interface TrainingState {
  kind: "full" | "lora";
  /** Steps that changed the model. */
  step: number;
  /** Size of a batch: rows, and tokens of each. */
  batch: number;
  seq: number;
  /** Trained numbers. */
  parameters: number;
  /** Whether it was taken up from storage. */
  resumed: boolean;
  /** Whether it is stored. */
  kept: boolean;
  record: TrainingRecord;
}

export interface StepOptions {
  /** Learning rate of AdamW, above 0. */
  lr: number;
  /** Largest 2-norm of the gradient; a larger one is scaled down to it. Default 1. */
  clip?: number;
  /** Factor on the loss while gradients are computed. Default: what the precision policy says, 1 in float32. */
  lossScale?: number;
  /** Aborting gives up the step that is being computed: the state stays as it was before. */
  signal?: AbortSignal;
}

export interface StepResult {
  /** Counts steps that changed the model, from 1; unchanged when skipped. */
  step: number;
  /** Mean cross entropy of the labelled tokens, in nats, before the step. */
  loss: number;
  /** 2-norm of the gradient before it was clipped. */
  gradientNorm: number;
  /** Whether the gradient overflowed, so that nothing was changed. */
  skipped: boolean;
  /** The factor that was used. After an overflow the next default is half of it; it grows again as steps go well. */
  lossScale: number;
  /** Milliseconds: in all, of it in the graph, and of it in storage. */
  timings: { totalMs: number; computeMs: number; storeMs: number };
  /** Peak memory of the training thread, where it can be told. */
  memory: { bytes: number; source: "webassembly" | "process" } | undefined;
}

/** PEFT's two files. */
export interface AdapterFiles {
  "adapter_model.safetensors": Uint8Array<ArrayBuffer>;
  "adapter_config.json": string;
}

/** What the generating model has learned on top of its release. */
export interface AdapterInfo {
  /** In hex, of the parameters that it computes with. */
  sha256: string;
  kind: "full" | "lora";
  /** `training`: of the training that is open; `file`: of `loadAdapter`. */
  source: "training" | "file";
}
