/** The runtime's public face: `import { OdinLLM } from "odin-llm"`. It knows nothing of any page. */

export { canonicalJson, sha256Hex } from "./canonical";
export * from "./data";
export { parseDescription, descriptionId } from "./description";
export { detect, summary, type Capabilities, type Plan } from "./devices";
export { clearCache, formatBytes, storedModels, type DownloadEvent, type StoredModel } from "./download";
export { OdinError, type OdinErrorCode } from "./errors";
export { hubUrl } from "./hub";
export { OdinLLM, type CreateOptions, type GenerateCall } from "./llm";
export type { OwnWeights } from "./own";
export { PRECISION, type PrecisionPolicy } from "./precision";
export {
  DTYPE_SUFFIX,
  type Chunk,
  type Device,
  type Dtype,
  type GenerateOptions,
  type LoadOptions,
  type Message,
  type ModelInfo,
  type Progress,
  type Prompt,
  type StartOptions,
  type Stats,
  type TelemetryEvent,
} from "./protocol";
export { shuffled, splitOf, uniform } from "./random";
export { parseRecord, recordId, type RunRecord } from "./record";
export { nextTokenProbabilities, sampleToken, type SamplingOptions } from "./sampling";
export type { Tokenizer, TokenizerMetrics } from "./tokenizer";
export { dataOf } from "./training/batches";
export {
  exampleSplits,
  EXAMPLES,
  FEWEST_EXAMPLES,
  MOST_EXAMPLES,
  readExamples,
  requireExampleCount,
  type ExampleFile,
  type ReadExamplesOptions,
} from "./training/examples";
export type { OwnTraining } from "./training/messages";
export { parseTrainingRecord, trainingRecordId, type TrainingRecord, type TrainingStep } from "./training/record";
export type { ReplayOptions } from "./training/replay";
export { TRAINING_CACHE } from "./training/storage";
export type {
  AdapterFiles,
  AdapterInfo,
  BatchOptions,
  Example,
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingData,
  TrainingOptions,
  TrainingState,
} from "./training/types";
export { chooseVariant, type ChosenVariant, type Variant } from "./variants";
export { VERSION } from "./version";

/** A tokenizer by itself. Most pages need none beside the model's own, so it is loaded when asked for. */
export const loadTokenizer: typeof import("./tokenizer").loadTokenizer = async (...request) =>
  (await import("./tokenizer")).loadTokenizer(...request);
