/** ODIN for transformers.js: a language model whose past is a fixed-size state instead of keys and values. */

import { DynamicCache, LogitsProcessor, PreTrainedModel, Tensor } from "@huggingface/transformers";
import { mulberry32, sampleToken, type SamplingOptions } from "./sampling";

/** Tokens read per pass over a long prompt: bounds memory, and lets a stop request in between. */
export const PREFILL_CHUNK = 512;

/** The dimensions of `config.json` that shape the states. */
export interface OdinConfig {
  num_hidden_layers: number;
  num_heads: number;
  head_dim: number;
  hidden_size: number;
  conv_kernel_size: number;
  vocab_size: number;
}

// Its published type lets every property be a tensor only, methods included, which no subclass could satisfy.
const TensorCache = DynamicCache as unknown as new (entries: Record<string, Tensor>) => {
  get_seq_length(): number;
  update(entries: Record<string, Tensor>): void;
  dispose(): Promise<void>;
};

/** States `past_conv.{i}` [B, k-1, C] and `past_recurrent.{i}` [B, H, K, V], float32, and the tokens they hold. */
export class OdinCache extends TensorCache {
  // Private, because every enumerable property of a cache is taken for a tensor. transformers.js itself counts only
  // attention caches and throws for a purely recurrent one.
  #seenTokens = 0;

  /** Zero states of sequences that have not begun. */
  static empty(config: OdinConfig, batch = 1): OdinCache {
    const size = (dims: number[]) => dims.reduce((a, b) => a * b, 1);
    const zeros = (...dims: number[]) => new Tensor("float32", new Float32Array(size(dims)), dims);
    const entries: Record<string, Tensor> = {};
    for (let i = 0; i < config.num_hidden_layers; i++) {
      entries[`past_conv.${i}`] = zeros(batch, config.conv_kernel_size - 1, 3 * config.hidden_size);
      entries[`past_recurrent.${i}`] = zeros(batch, config.num_heads, config.head_dim, config.head_dim);
    }
    return new OdinCache(entries);
  }

  override get_seq_length(): number {
    return this.#seenTokens;
  }

  countTokens(newTokens: number): void {
    this.#seenTokens += newTokens;
  }
}

type ModelInputs = Record<string, Tensor> & { past_key_values: OdinCache };

/** Lets waiting messages in. A WebAssembly step never yields to the event loop by itself, so no stop would arrive. */
const nextTask = (() => {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
})();

export class OdinForCausalLM extends PreTrainedModel {
  constructor(...args: ConstructorParameters<typeof PreTrainedModel>) {
    super(...args);
    // The base class knows the kinds of model of its own registry only.
    this.can_generate = true;
    this.forward_params.push("past_key_values");
  }

  get dimensions(): OdinConfig {
    return this.config as unknown as OdinConfig;
  }

  /** Feeds what the states have not seen yet, and asks for the logits of the last token only. */
  override prepare_inputs_for_generation(inputIds: bigint[][], inputs: Partial<ModelInputs>): ModelInputs {
    const cache = inputs.past_key_values ?? OdinCache.empty(this.dimensions, inputIds.length);
    return this.inputs(
      inputIds.map((row) => row.slice(cache.get_seq_length())),
      cache,
    );
  }

  /** Runs the graph: logits `[B, 1, vocab_size]` and the `present_*` states. */
  override async forward(inputs: ModelInputs): Promise<Record<string, Tensor>> {
    const { past_key_values: cache, ...rest } = inputs;
    await nextTask();
    const outputs = await super.forward({ ...rest, ...cache });
    cache.countTokens(rest["input_ids"]!.dims[1]!);
    return outputs;
  }

  /** Reads `ids` into `cache`, a chunk at a time. Returns early, without an error, once `stopped()` says so. */
  async prefill(
    ids: bigint[],
    cache: OdinCache,
    stopped: () => boolean,
    onProgress: (done: number) => void,
  ): Promise<void> {
    for (let i = 0; i < ids.length && !stopped(); i += PREFILL_CHUNK) {
      const outputs = await this.forward(this.inputs([ids.slice(i, i + PREFILL_CHUNK)], cache));
      const states = Object.entries(outputs).filter(([name]) => name.startsWith("present_"));
      cache.update(Object.fromEntries(states.map(([name, state]) => [name.replace("present_", "past_"), state])));
      onProgress(cache.get_seq_length());
    }
  }

  private inputs(rows: bigint[][], cache: OdinCache): ModelInputs {
    const dims = [rows.length, rows[0]!.length];
    const size = dims[0]! * dims[1]!;
    return Object.assign(Object.create(null), {
      input_ids: new Tensor("int64", BigInt64Array.from(rows.flat()), dims),
      // The graph reads the mask of the new tokens only: what is past is in the states already.
      attention_mask: new Tensor("int64", new BigInt64Array(size).fill(1n), dims),
      num_logits_to_keep: new Tensor("int64", [1n], []),
      past_key_values: cache,
    }) as ModelInputs;
  }
}

/** Draws the token itself, from a generator of its own, and leaves it the only possible one. transformers.js would
 * ignore top-p and draw from one generator that the whole page shares. */
export class SeededSampler extends LogitsProcessor {
  readonly #options: SamplingOptions;
  readonly #random: () => number;

  constructor(options: SamplingOptions, seed: number) {
    super();
    this.#options = options;
    this.#random = mulberry32(seed);
  }

  /** @param logits `[B, vocab_size]`, replaced in place. */
  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    const data = logits.data as Float32Array;
    const vocabulary = logits.dims.at(-1)!;
    for (let start = 0; start < data.length; start += vocabulary) {
      const row = data.subarray(start, start + vocabulary);
      const token = sampleToken(row, this.#options, this.#random());
      row.fill(-Infinity);
      row[token] = 0;
    }
    return logits;
  }
}
