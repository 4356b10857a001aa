/** Starts a model in onnxruntime by way of transformers.js, with one copy of the weights in memory. */

import { env, LogLevel, PretrainedConfig } from "@huggingface/transformers";
import type { Plan } from "./devices";
import { OdinForCausalLM } from "./model";
import { ExternalData } from "./onnx/external";
import { externalize } from "./onnx/externalize";
import { inspectPrecision } from "./onnx/inspect";
import { Pieces } from "./onnx/pieces";
import { assertPrecision, PRECISION } from "./precision";
import type { Weights } from "./protocol";

// transformers.js asks for files by a path of its own; it gets what is there already.
const MODEL = "/odin";
const FILE = `${MODEL}/onnx/model.onnx`;
const LOCATION = "weights";

export interface SessionFiles {
  config: Record<string, unknown>;
  generationConfig: Record<string, unknown>;
  weights: Weights;
}

/** Puts an ONNX file where onnxruntime for Node can open it: its path, and how to remove it. */
export type FileWriter = (weights: Weights) => Promise<{ path: string; remove: () => Promise<void> }>;

/**
 * @param ortUrl folder of onnxruntime's WebAssembly files, absolute.
 * @param debug whether to compare the precision of the graph with what its dtype promises.
 * @param writeFile in Node, where onnxruntime reads files.
 * @throws OdinError `corrupt`, `precision`; whatever onnxruntime throws. On WebAssembly the weights are freed as they are
 *   taken over, so that they are lost for another attempt.
 */
export async function startModel(
  { config, generationConfig, weights }: SessionFiles,
  { device, dtype, threads }: Plan,
  ortUrl: string,
  debug: boolean,
  writeFile?: FileWriter,
): Promise<OdinForCausalLM> {
  const file = new Pieces(weights);
  const { graph, ranges } = externalize(file, LOCATION);
  if (debug) assertPrecision(PRECISION[dtype], inspectPrecision(graph));
  env.logLevel = LogLevel.ERROR; // the default level warns that 'odin' is not in transformers.js's own registry
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const start = async (session_options: Record<string, unknown>) => {
    const model = (await OdinForCausalLM.from_pretrained(MODEL, {
      config: new PretrainedConfig(config),
      dtype: "fp32", // only a part of the file's name, which here is always the same
      device,
      session_options,
    })) as OdinForCausalLM;
    model.configs = { generation_config: generationConfig };
    return model;
  };
  if (writeFile) {
    const written = await writeFile(weights);
    env.useFSCache = false;
    env.useCustomCache = true;
    env.customCache = { match: async (key: string) => (key === FILE ? written.path : undefined), put: async () => {} };
    try {
      return await start({ intraOpNumThreads: threads });
    } finally {
      await written.remove();
    }
  }
  prepareWebAssembly(ortUrl, device, threads);
  env.fetch = async (input) =>
    String(input) === FILE
      ? { status: 200, headers: new Headers(), arrayBuffer: async () => graph.buffer }
      : new Response(null, { status: 404 });
  // Another attempt on another device needs what WebGPU could not use.
  const data = new ExternalData(file, ranges, device === "wasm");
  return start({
    externalData: [{ path: LOCATION, data }],
    ...(device === "webgpu" ? { preferredOutputLocation: statesOnGpu(config) } : {}),
  });
}

/** Tells onnxruntime-web where its files are; once it has loaded them, no other build can be loaded in this thread. */
export function prepareWebAssembly(ortUrl: string, device: string, threads: number): void {
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
