export { loadTokenizer, type LoadTokenizerOptions, type TokenizerFiles, type TokenizerSource } from "./load";
export type { TokenizerMetrics } from "./metrics";
export { Tokenizer, type ChatMessage, type DecodeOptions, type EncodeOptions } from "./tokenizer";
