/** What the page and a training thread say to each other, inside `protocol.ts`'s requests and replies. */

import type { TrainingDescription } from "./description";
import type { TrainingRecord, TrainingStep } from "./record";
import type { BatchOptions, Example, StepResult, TrainingBatch, TrainingData } from "./types";

type Bytes = Uint8Array<ArrayBuffer>;

/** What of a model is needed to train it: the files of an export, or a caller's own bytes. */
export type TrainingSource =
  | {
      /** Absolute, of the folder. */
      url: string;
      /** Whether downloads are kept. */
      store: boolean;
    }
  | OwnTraining;

/** Files of `python -m export.training_graph`, for a model that was made of the caller's bytes. */
export interface OwnTraining {
  /** What `train.json` holds. */
  description: Record<string, unknown>;
  /** `train.onnx`, `adapted.onnx` and `train.safetensors`. */
  graph: Bytes;
  adapted: Bytes;
  parameters: Bytes;
  /** The file that the description calls `frozen`, where it has one. */
  frozen?: Bytes | undefined;
  /** As for `createModel`; without it there is no `batches()`. */
  tokenizer?: { bytes: Uint8Array; config: Record<string, unknown> } | undefined;
}

export interface StartTraining {
  kind: "start";
  source: TrainingSource;
  ortUrl: string;
  threads: number;
  model: { name: string | null; version: string | null };
  /** Null takes that of what is stored, else 0. */
  seed: number | null;
  data: TrainingData | null;
  resume: boolean;
  keep: boolean;
  checkpointEvery: number;
}

export interface TrainingStarted {
  description: TrainingDescription;
  parameters: number;
  step: number;
  resumed: boolean;
  record: TrainingRecord;
}

export interface BatchRequest {
  kind: "batch";
  /** Which examples, by a number that the page chose, and which batch of theirs. */
  set: number;
  index: number;
  /** Absent where the thread should have them. */
  examples?: Example[] | undefined;
  options: BatchOptions;
}

export type TrainingCall =
  | StartTraining
  | { kind: "step"; batch: TrainingBatch; options: { lr: number; clip?: number; lossScale?: number } }
  | BatchRequest
  | { kind: "parameters" }
  /** The description and the first parameters, without training anything. */
  | { kind: "describe"; source: TrainingSource }
  /** Deletes what is stored of all trainings of a model; of none while one of them is trained. */
  | { kind: "forget"; source: TrainingSource }
  /** Lets go of the storage; the thread is of no use afterwards. */
  | { kind: "close" };

export interface TrainingResults {
  start: TrainingStarted;
  step: { result: StepResult; recorded: TrainingStep };
  /** `unknown`: the thread has not got these examples; null: there are no more batches. */
  batch: TrainingBatch | null | "unknown";
  parameters: { parameters: Bytes; sha256: string };
  describe: { description: TrainingDescription; parameters: Bytes };
  forget: null;
  close: null;
}
