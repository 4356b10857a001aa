/** Whether WebGPU really computes what the model needs: a tiny ODIN, run in the way in which the model will be. */

import { env, LogLevel, PretrainedConfig, PreTrainedModel, Tensor } from "@huggingface/transformers";
import { FLOAT16, FLOAT32, STATES, STEPS } from "./probegraphs";
import { failure, within } from "./timeout";

export interface ProbeOptions {
  /** Whether to compute in float16 what a model of dtype fp16 or q4f16 does. */
  fp16: boolean;
  /** The most that a token of the tiny model may take, for which hardware needs a few milliseconds. */
  maxMs?: number;
}

/** The tiny model, loaded. */
export interface ProbeSession {
  /** Logits of the last of some more tokens; the states go from each call to the next. */
  step(ids: number[], mask: number[]): Promise<Float32Array>;
  release(): Promise<unknown>;
}

export interface ProbeResult {
  ok: boolean;
  /** Why not, for people. */
  reason?: string;
  /** Milliseconds for one token of the tiny model, after what the first ones compiled. */
  ms: number;
}

/**
 * The largest difference of a logit that passes. Rounding to float16, and to int8 in kernels of 4-bit products, comes
 * to 0.06; lost weights or a lost state come to more than 1 (`tests/space/test_probe.py`).
 */
export const TOLERANCE = 0.15;
/** A driver may compile slowly, 30 kernels in all, or hang. */
const PROBE_MS = 30_000;

/**
 * Runs the tiny model and compares its logits with the right ones, for a text read at once and two tokens after it.
 *
 * @param open loads an ONNX file for the device that is in question.
 * @returns never rejects; what is thrown becomes the reason.
 */
export async function probe(
  open: (graph: Uint8Array<ArrayBuffer>) => Promise<ProbeSession>,
  options: ProbeOptions,
): Promise<ProbeResult> {
  try {
    return await within(PROBE_MS, check(open, options), failure(`no result within ${PROBE_MS / 1000} seconds`));
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : `internal code ${String(error)}`, ms: 0 };
  }
}

/**
 * {@link probe} on WebGPU, in the thread that is to run the model there. Where the WebAssembly files are has to be set
 * before. After an error transformers.js creates and runs no other session in this thread: it puts each behind the
 * last in one chain of promises, which then is rejected for ever. So after a failure another thread has to be taken.
 */
export function probeWebGpu(options: ProbeOptions): Promise<ProbeResult> {
  return probe(openOnWebGpu, options);
}

async function check(
  open: (graph: Uint8Array<ArrayBuffer>) => Promise<ProbeSession>,
  { fp16, maxMs = Infinity }: ProbeOptions,
): Promise<ProbeResult> {
  const { graph, logits } = fp16 ? FLOAT16 : FLOAT32;
  const session = await open(Uint8Array.from(atob(graph), (character) => character.charCodeAt(0)));
  try {
    let ms = 0;
    for (const [i, { ids, mask }] of STEPS.entries()) {
      const started = performance.now();
      const found = await session.step(ids, mask);
      ms = performance.now() - started;
      const error = largestDifference(found, logits[i]!);
      // Written so that NaN is a failure.
      if (!(error <= TOLERANCE)) {
        const words = Number.isNaN(error) ? "no numbers" : `logits that are wrong by ${error.toPrecision(2)}`;
        return { ok: false, reason: `a test model gave ${words}`, ms };
      }
    }
    if (ms > maxMs) return { ok: false, reason: `a token of a tiny test model took ${Math.round(ms)} ms`, ms };
    return { ok: true, ms };
  } finally {
    await session.release();
  }
}

function largestDifference(found: Float32Array, expected: number[]): number {
  if (found.length !== expected.length) return NaN;
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
}

const MODEL = "/odin-probe";

async function openOnWebGpu(graph: Uint8Array<ArrayBuffer>): Promise<ProbeSession> {
  const { fetch, logLevel } = env;
  // The default level warns of a kind of model that is not in transformers.js's own registry.
  env.logLevel = LogLevel.ERROR;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.fetch = async (input) =>
    String(input) === `${MODEL}/onnx/model.onnx`
      ? { status: 200, headers: new Headers(), arrayBuffer: async () => graph.buffer }
      : new Response(null, { status: 404 });
  try {
    const model = await PreTrainedModel.from_pretrained(MODEL, {
      config: new PretrainedConfig({ model_type: "odin" }),
      dtype: "fp32", // only a part of the file's name
      device: "webgpu",
      session_options: {
        preferredOutputLocation: Object.fromEntries(Object.keys(STATES).map((name) => [present(name), "gpu-buffer"])),
      },
    });
    return new WebGpuSession(model);
  } finally {
    env.fetch = fetch;
    env.logLevel = logLevel;
  }
}

class WebGpuSession implements ProbeSession {
  readonly #states = new Map(
    Object.entries(STATES).map(([name, dims]) => {
      const zeros = new Float32Array(dims.reduce((a, b) => a * b, 1));
      return [name, new Tensor("float32", zeros, dims)];
    }),
  );

  constructor(readonly model: PreTrainedModel) {}

  async step(ids: number[], mask: number[]): Promise<Float32Array> {
    const results = (await this.model.forward({
      input_ids: int64(ids, [1, ids.length]),
      attention_mask: int64(mask, [1, mask.length]),
      num_logits_to_keep: int64([1], []),
      ...Object.fromEntries(this.#states),
    })) as Record<string, Tensor>;
    for (const [name, old] of this.#states) {
      this.#states.set(name, results[present(name)]!);
      old.dispose();
    }
    return results["logits"]!.data as Float32Array;
  }

  async release(): Promise<void> {
    for (const state of this.#states.values()) state.dispose();
    await this.model.dispose();
  }
}

function int64(values: number[], dims: number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

function present(past: string): string {
  return past.replace("past_", "present_");
}
