/** Loads a model and generates, with transformers.js, in whatever thread it is called in: normally the worker's. */

import {
  BaseStreamer,
  env,
  InterruptableStoppingCriteria,
  LogLevel,
  LogitsProcessorList,
  PretrainedConfig,
  PreTrainedTokenizer,
  StoppingCriteriaList,
  Tensor,
} from "@huggingface/transformers";
import { OdinError } from "./errors";
import { ModelFolder } from "./files";
import { OdinCache, OdinForCausalLM, PREFILL_CHUNK, SeededSampler } from "./model";
import {
  DTYPE_SUFFIX,
  type Chunk,
  type GenerateOptions,
  type LoadOptions,
  type ModelInfo,
  type Progress,
  type Stats,
} from "./protocol";
import { TokenStream } from "./stream";

/** The state has one size whatever the length, so this bounds only the time that reading takes. */
export const MAX_PROMPT_TOKENS = 16_384;
// No text of so few tokens is longer, and tokenising one that is would take long only to be refused.
const MAX_PROMPT_CHARACTERS = 32 * MAX_PROMPT_TOKENS;

const DEFAULTS: Required<GenerateOptions> = { maxTokens: 512, temperature: 0, topK: 0, topP: 1, seed: 0 };

// transformers.js asks for files by a path of its own; it gets the bytes that ModelFolder has checked.
const MODEL_ID = "odin";

export class Engine {
  private constructor(
    readonly model: OdinForCausalLM,
    readonly tokenizer: PreTrainedTokenizer,
    readonly info: ModelInfo,
  ) {}

  /**
   * @param url folder of the model, absolute. Wanted there: `config.json`, `tokenizer.json`, `tokenizer_config.json`,
   *   `onnx/model{suffix}.onnx`; used when there: `manifest.json`, `generation_config.json`, `chat_template.jinja`.
   * @param ortUrl folder of onnxruntime's WebAssembly files, absolute.
   * @throws OdinError
   */
  static async load(
    url: string,
    ortUrl: string,
    { dtype = "q8", device = "wasm", threads: wanted }: LoadOptions,
    onProgress: (progress: Progress) => void,
  ): Promise<Engine> {
    const started = performance.now();
    checkPlatform(device);
    if (!(dtype in DTYPE_SUFFIX)) {
      const known = Object.keys(DTYPE_SUFFIX).join(", ");
      throw new OdinError("bad-option", `There are no weights of type '${dtype}'. Choose one of: ${known}.`);
    }
    const folder = await ModelFolder.open(url.endsWith("/") ? url : `${url}/`, onProgress);
    const weights = `onnx/model${DTYPE_SUFFIX[dtype]}.onnx`;
    const names = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", weights];
    folder.expect(names);
    // The kind of model first: for another kind the other files need not be fetched.
    const config = await folder.json<Record<string, unknown>>("config.json");
    if (config["model_type"] !== "odin") {
      throw new OdinError(
        "foreign-model",
        `${folder.base} holds a model of type '${String(config["model_type"])}', not an ODIN model. ` +
          "Give the address of a folder that `python -m export` wrote.",
      );
    }
    const threads = wanted ?? defaultThreads(config);
    const [generationConfig, tokenizerJson, tokenizerConfig, onnx] = await Promise.all([
      folder.json<Record<string, unknown>>("generation_config.json", { optional: true }),
      folder.json<object>("tokenizer.json"),
      folder.json<Record<string, unknown>>("tokenizer_config.json"),
      folder.read(weights),
    ]);
    tokenizerConfig["chat_template"] ??= await folder.text("chat_template.jinja", { optional: true });

    prepareTransformers(ortUrl, device, threads, new Map([[`/${MODEL_ID}/${weights}`, onnx]]));
    try {
      const model = (await OdinForCausalLM.from_pretrained(`/${MODEL_ID}`, {
        config: new PretrainedConfig(config),
        dtype,
        device,
        session_options: device === "webgpu" ? { preferredOutputLocation: statesOnGpu(config) } : {},
      })) as OdinForCausalLM;
      model.configs = { generation_config: generationConfig ?? {} };
      const tokenizer = new PreTrainedTokenizer(tokenizerJson, tokenizerConfig);
      const loadMs = performance.now() - started;
      return new Engine(model, tokenizer, { dtype, device, threads, bytes: folder.bytes, config, loadMs });
    } catch (error) {
      throw OdinError.from(error, `The model at ${folder.base} (${weights}) could not be started`);
    }
  }

  /**
   * Answers `prompt`, one user turn of the tokenizer's chat template.
   *
   * @param onPrefill called while a long prompt is read, with tokens read so far and in all.
   * @throws OdinError `empty-prompt`, `prompt-too-long`, `bad-option`, `engine`.
   */
  async generate(
    prompt: string,
    options: GenerateOptions,
    signal: AbortSignal,
    onChunk: (chunk: Chunk) => void,
    onPrefill: (done: number, total: number) => void = () => {},
  ): Promise<Stats> {
    const settings = checkOptions(options);
    const ids = this.encode(prompt);
    const cache = OdinCache.empty(this.model.dimensions);
    const stop = new InterruptableStoppingCriteria();
    const interrupt = () => stop.interrupt();
    if (signal.aborted) stop.interrupt();
    signal.addEventListener("abort", interrupt, { once: true });
    const timing = { start: performance.now(), first: 0, last: 0 };
    const tokens: number[] = [];
    const stream = new TokenStream((pending) =>
      this.tokenizer.decode(pending, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    );
    const promptTokens = ids.map(Number);
    const stats = (finish: Stats["finish"]): Stats => ({
      promptTokens,
      tokens,
      finish,
      prefillMs: (timing.first || performance.now()) - timing.start,
      decodeMs: timing.last - timing.first,
    });
    try {
      const early = Math.floor((ids.length - 1) / PREFILL_CHUNK) * PREFILL_CHUNK;
      await this.model.prefill(
        ids.slice(0, early),
        cache,
        () => stop.interrupted,
        (done) => onPrefill(done, ids.length),
      );
      if (stop.interrupted) return stats("stopped");
      const streamer = new Streamer((token) => {
        timing.last = performance.now();
        timing.first ||= timing.last;
        tokens.push(token);
        onChunk({ text: stream.push(token), tokens: [token] });
      });
      const criteria = new StoppingCriteriaList();
      criteria.push(stop);
      const processors = new LogitsProcessorList();
      if (settings.temperature > 0) processors.push(new SeededSampler(settings, settings.seed));
      await this.model.generate({
        inputs: new Tensor("int64", BigInt64Array.from(ids), [1, ids.length]),
        past_key_values: cache,
        max_new_tokens: settings.maxTokens,
        do_sample: false, // SeededSampler has drawn already
        num_beams: 1,
        stopping_criteria: criteria,
        logits_processor: processors,
        streamer,
      } as unknown as Parameters<OdinForCausalLM["generate"]>[0]);
      const rest = stream.end();
      if (rest) onChunk({ text: rest, tokens: [] });
      if (this.eosTokenIds.includes(tokens.at(-1)!)) return stats("eos");
      return stats(stop.interrupted ? "stopped" : "length");
    } catch (error) {
      throw OdinError.from(error, "The model stopped with an error while answering");
    } finally {
      signal.removeEventListener("abort", interrupt);
      await cache.dispose();
    }
  }

  /** Token ids of `prompt` as a user's turn, up to where the assistant's answer begins. */
  encode(prompt: string): bigint[] {
    if (prompt.trim() === "") throw new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    if (prompt.length > MAX_PROMPT_CHARACTERS) throw tooLong(`${prompt.length.toLocaleString("en")} characters`);
    const ids = this.tokenizer.apply_chat_template([{ role: "user", content: prompt }], {
      add_generation_prompt: true,
      return_tensor: false,
      return_dict: false,
    }) as number[];
    if (ids.length > MAX_PROMPT_TOKENS) throw tooLong(`${ids.length.toLocaleString("en")} tokens`);
    return ids.map(BigInt);
  }

  private get eosTokenIds(): number[] {
    const fromGeneration = (this.model.generation_config as { eos_token_id?: number | number[] } | null)?.eos_token_id;
    const fromConfig = (this.model.config as unknown as { eos_token_id?: number | number[] }).eos_token_id;
    return [fromGeneration ?? fromConfig ?? []].flat();
  }
}

/** Hands every generated token on; the prompt, which `generate` streams first, is skipped. */
class Streamer extends BaseStreamer {
  #prompt = true;

  constructor(readonly onToken: (token: number) => void) {
    super();
  }

  override put(rows: bigint[][]): void {
    if (!this.#prompt) for (const token of rows[0]!) this.onToken(Number(token));
    this.#prompt = false;
  }

  override end(): void {}
}

/**
 * 1 without cross-origin isolation, which threads need, and 1 for a narrow model, whose matrix products are over
 * before a second thread has woken up (odin-nano, 192 wide: 670 tokens/s on one thread, 440 on two). Otherwise at
 * most 4, since browsers may report more cores than there are.
 */
function defaultThreads(config: Record<string, unknown>): number {
  if (!globalThis.crossOriginIsolated || Number(config["hidden_size"]) < 512) return 1;
  return Math.max(1, Math.min(4, navigator.hardwareConcurrency));
}

function checkPlatform(device: string): void {
  if (typeof WebAssembly === "undefined") {
    throw new OdinError(
      "no-webassembly",
      "This browser has no WebAssembly, or it is switched off (some lockdown modes do that). ODIN needs it.",
    );
  }
  if (device !== "wasm" && device !== "webgpu") {
    throw new OdinError("bad-option", `There is no device '${device}'. Choose wasm or webgpu.`);
  }
  if (device === "webgpu" && !("gpu" in navigator)) {
    throw new OdinError("bad-option", "This browser has no WebGPU. Choose the device wasm.");
  }
}

function prepareTransformers(ortUrl: string, device: string, threads: number, files: Map<string, Uint8Array>): void {
  // The default level warns that model type 'odin' is not in transformers.js's own registry.
  env.logLevel = LogLevel.ERROR;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.fetch = async (input) => {
    const bytes = files.get(String(input));
    files.delete(String(input)); // each file is asked for once; its memory is then transformers.js's
    return bytes
      ? { status: 200, headers: new Headers(), arrayBuffer: async () => bytes.buffer }
      : new Response(null, { status: 404 });
  };
  const wasm = env.backends.onnx.wasm!;
  // Without WebGPU the plain build is half the download and runs without the cost of suspending.
  const build = new URL(`ort-wasm-simd-threaded${device === "webgpu" ? ".asyncify" : ""}`, ortUrl).href;
  wasm.wasmPaths = { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
  wasm.numThreads = threads;
}

function statesOnGpu(config: Record<string, unknown>): Record<string, "gpu-buffer"> {
  const layers = Array.from({ length: Number(config["num_hidden_layers"]) }, (_, i) => i);
  const names = layers.flatMap((i) => [`present_conv.${i}`, `present_recurrent.${i}`]);
  return Object.fromEntries(names.map((name) => [name, "gpu-buffer"]));
}

/** The options with their defaults. Raises OdinError `bad-option`. */
function checkOptions(options: GenerateOptions): Required<GenerateOptions> {
  const settings = { ...DEFAULTS, ...options };
  const check = (name: keyof GenerateOptions, valid: (value: number) => boolean, expected: string) => {
    if (!valid(settings[name])) {
      throw new OdinError("bad-option", `${name} must be ${expected}; it was ${String(settings[name])}.`);
    }
  };
  check("maxTokens", (x) => Number.isInteger(x) && x >= 1 && x <= 8192, "a whole number from 1 to 8192");
  check("temperature", (x) => x >= 0 && x <= 10, "a number from 0 to 10");
  check("topK", (x) => Number.isInteger(x) && x >= 0, "a whole number, 0 for no limit");
  check("topP", (x) => x > 0 && x <= 1, "above 0 and at most 1");
  check("seed", (x) => Number.isInteger(x) && x >= 0 && x < 2 ** 32, "a whole number from 0 to 4294967295");
  return settings;
}

function tooLong(length: string): OdinError {
  const limit = MAX_PROMPT_TOKENS.toLocaleString("en");
  return new OdinError(
    "prompt-too-long",
    `The question is too long: ${length}, where at most ${limit} tokens can be read. Shorten it and try again.`,
  );
}
