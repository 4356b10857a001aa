/** The worker of the reference: a transformer that transformers.js runs by itself, without anything of odin-llm. */

import { AutoModelForCausalLM, BaseStreamer, DynamicCache, env, LogLevel, Tensor } from "@huggingface/transformers";
import type { PreTrainedModel } from "@huggingface/transformers";
import type { ReferenceReply, ReferenceRequest, Timing } from "./protocol";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const say = (reply: ReferenceReply) => scope.postMessage(reply);
/** Longer passes would take memory with the square of the text: 400 MB for 4,096 tokens of the smallest model. */
const PASS = 256;

let model: PreTrainedModel;

async function load({ url, ortUrl, threads }: Extract<ReferenceRequest, { type: "load" }>): Promise<number> {
  Object.assign(env, { logLevel: LogLevel.ERROR, allowRemoteModels: false, allowLocalModels: true });
  Object.assign(env, { useBrowserCache: false, useWasmCache: false });
  const wasm = env.backends.onnx.wasm!;
  const build = new URL("ort-wasm-simd-threaded", ortUrl).href;
  wasm.wasmPaths = { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
  wasm.numThreads = threads;
  const [, parent, name] = /^(.*\/)([^/]+)\/$/.exec(url)!;
  env.localModelPath = parent!;
  model = await AutoModelForCausalLM.from_pretrained(name!, { dtype: "q8", device: "wasm" });
  return (model.config as unknown as { vocab_size: number }).vocab_size;
}

/** Reads the prompt in passes and writes some tokens, as the engine of odin-llm does, timed at the same places. */
async function run({ tokens, decodeTokens }: Extract<ReferenceRequest, { type: "run" }>): Promise<Timing> {
  const ids = tokens.map(BigInt);
  const cache = new DynamicCache();
  const started = performance.now();
  for (let begin = 0; begin + PASS < ids.length; begin += PASS) {
    const outputs = await model.forward({
      input_ids: new Tensor("int64", ids.slice(begin, begin + PASS), [1, PASS]),
      attention_mask: ones(begin + PASS),
      past_key_values: cache,
    });
    const presents = Object.entries(outputs as Record<string, Tensor>).filter(([key]) => key.startsWith("present"));
    cache.update(
      Object.fromEntries(presents.map(([key, value]) => [key.replace("present", "past_key_values"), value])),
    );
  }
  const streamer = new Clock();
  await model.generate({
    inputs: new Tensor("int64", ids, [1, ids.length]),
    attention_mask: ones(ids.length),
    past_key_values: cache,
    max_new_tokens: decodeTokens,
    do_sample: false,
    streamer,
  } as unknown as Parameters<PreTrainedModel["generate"]>[0]);
  const first = streamer.times[0]!;
  return { prefillMs: first - started, decodeMs: streamer.times.at(-1)! - first, steps: streamer.times.length - 1 };
}

function ones(length: number): Tensor {
  return new Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]);
}

/** When each token came; the prompt, which `generate` streams first, is skipped. */
class Clock extends BaseStreamer {
  readonly times: number[] = [];
  #prompt = true;

  override put(): void {
    if (!this.#prompt) this.times.push(performance.now());
    this.#prompt = false;
  }

  override end(): void {}
}

scope.onmessage = async ({ data }: MessageEvent<ReferenceRequest>) => {
  try {
    if (data.type === "load") say({ type: "ready", vocabSize: await load(data) });
    else say({ type: "timing", timing: await run(data) });
  } catch (error) {
    say({ type: "error", message: error instanceof Error ? error.message : String(error) });
  }
};
