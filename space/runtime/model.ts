/** ODIN for transformers.js: a language model whose past is a fixed-size state instead of keys and values. */

import { DynamicCache, LogitsProcessor, PreTrainedModel, Tensor } from "@huggingface/transformers";
import type { Sampler } from "./sampling";

/**
 * Tokens read per pass over a long prompt: bounds memory, and lets a stop request in between. A pass of 256 tokens
 * takes no less time for a token in WebAssembly, and 30 MB more (odin-100m).
 */
export const PREFILL_CHUNK = 64;

/** How a text was read: passes of so many tokens, each size with how often in a row. */
export type Reads = [size: number, count: number][];

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
  readonly #reads: Reads = [];

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

  /**
   * How its tokens were read. int8 has one scale for all tokens of a pass, so the same text read otherwise may differ.
   */
  get reads(): Reads {
    return this.#reads.map(([size, count]) => [size, count]);
  }

  countTokens(newTokens: number): void {
    this.#seenTokens += newTokens;
    const last = this.#reads.at(-1);
    if (last?.[0] === newTokens) last[1]++;
    else this.#reads.push([newTokens, 1]);
  }
}

type ModelInputs = Record<string, Tensor> & { past_key_values: OdinCache };

/** Lets waiting messages in. A WebAssembly step never yields to the event loop by itself, so no stop would arrive. */
export const nextTask = (() => {
  // Node has it, and an open port there would keep the program from ending.
  if (typeof setImmediate === "function") return () => new Promise<void>((resolve) => setImmediate(resolve));
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

  /**
   * Reads as many of `ids` into `cache` as `sizes` says, a pass each. Returns early, without an error, once
   * `stopped()` says so.
   */
  async prefill(
    ids: bigint[],
    cache: OdinCache,
    sizes: Iterable<number>,
    stopped: () => boolean,
    onProgress: (done: number) => void,
  ): Promise<void> {
    for (const size of sizes) {
      if (stopped()) return;
      const begin = cache.get_seq_length();
      const outputs = await this.forward(this.inputs([ids.slice(begin, begin + size)], cache));
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

/**
 * The sizes of the passes that read `count` tokens.
 *
 * @param recorded as an earlier run read them, which they then have to add up to.
 */
export function passes(count: number, recorded?: Reads): number[] {
  if (recorded) return recorded.flatMap(([size, times]) => Array<number>(times).fill(size));
  const sizes = Array<number>(Math.floor(count / PREFILL_CHUNK)).fill(PREFILL_CHUNK);
  return count % PREFILL_CHUNK ? [...sizes, count % PREFILL_CHUNK] : sizes;
}

/**
 * Draws the token itself and leaves it the only possible one. transformers.js would ignore top-p and min-p, and draw
 * from one generator that the whole page shares.
 */
export class SamplingProcessor extends LogitsProcessor {
  /**
   * @param history prompt and answer so far; each token that is drawn is added.
   * @param index of the next token in the answer.
   */
  constructor(
    readonly sampler: Sampler,
    readonly history: number[],
    private index: number,
  ) {
    super();
  }

  /** @param logits `[1, vocab_size]`, replaced in place. */
  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    const row = logits.data as Float32Array;
    const token = this.sampler.next(row, this.history, this.index++);
    this.history.push(token);
    row.fill(-Infinity);
    row[token] = 0;
    return logits;
  }
}
