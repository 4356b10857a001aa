/** Starts a model in onnxruntime by way of transformers.js, with one copy of the weights in memory. */

import { env, LogLevel, PretrainedConfig } from "@huggingface/transformers";
import type { Plan } from "./devices";
import { OdinForCausalLM } from "./model";
import { ExternalData, readAhead } from "./onnx/external";
import { externalize } from "./onnx/externalize";
import { readGraph } from "./onnx/graph";
import { inspectPrecision } from "./onnx/inspect";
import { Pieces } from "./onnx/pieces";
import { ortFiles } from "./ortfiles";
import { assertPrecision, promised } from "./precision";
import type { Weights } from "./protocol";

// transformers.js asks for files by a path of its own; it gets what is there already.
const MODEL = "/odin";
const WEIGHTS = "onnx/model.onnx";
const FILE = `${MODEL}/${WEIGHTS}`;
const LOCATION = "weights";

export interface SessionFiles {
  config: Record<string, unknown>;
  generationConfig: Record<string, unknown>;
  weights: Weights;
}

/** Puts an ONNX file where onnxruntime for Node can open it: its path, and how to remove it. */
export type FileWriter = (weights: Weights) => Promise<{ path: string; remove: () => Promise<void> }>;

/** transformers.js has one set of settings for the thread, so that one model is started at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * @param ortUrl folder of onnxruntime's WebAssembly files, absolute.
 * @param debug whether to compare the precision of the graph with what its dtype promises.
 * @param writeFile in Node, where onnxruntime reads files.
 * @throws OdinError `corrupt`, `precision`; whatever onnxruntime throws. On WebAssembly the weights are freed as they
 *   are taken over, so that they are lost for another attempt.
 */
export function startModel(
  files: SessionFiles,
  plan: Plan,
  ortUrl: string,
  debug: boolean,
  writeFile?: FileWriter,
): Promise<OdinForCausalLM> {
  const started = turn.then(() => start(files, plan, ortUrl, debug, writeFile));
  turn = started.catch(() => {});
  return started;
}

async function start(
  { config, generationConfig, weights }: SessionFiles,
  { device, dtype, threads }: Plan,
  ortUrl: string,
  debug: boolean,
  writeFile: FileWriter | undefined,
): Promise<OdinForCausalLM> {
  const file = new Pieces(weights);
  const { graph, tensors } = externalize(file, LOCATION);
  if (debug) assertPrecision(promised(dtype, config), inspectPrecision(graph));
  const open = async (settings: Partial<typeof env>, session_options: Record<string, unknown>) => {
    const restore = set({ ...SETTINGS, ...settings });
    try {
      const model = (await OdinForCausalLM.from_pretrained(MODEL, {
        config: new PretrainedConfig(config),
        dtype: "fp32", // only a part of the file's name, which here is always the same
        device,
        session_options,
      })) as OdinForCausalLM;
      model.configs = { generation_config: generationConfig };
      return model;
    } finally {
      restore();
    }
  };
  if (writeFile) {
    const written = await writeFile(weights);
    // It is asked for the file by its path and by its address on a hub.
    const match = async (key: string) => (key.endsWith(WEIGHTS) ? written.path : undefined);
    try {
      const customCache = { match, put: async () => {} };
      return await open({ useFSCache: false, useCustomCache: true, customCache }, { intraOpNumThreads: threads });
    } finally {
      await written.remove();
    }
  }
  prepareWebAssembly(ortUrl, device, threads);
  const fetch: typeof env.fetch = async (input) =>
    String(input) === FILE
      ? { status: 200, headers: new Headers(), arrayBuffer: async () => graph.buffer }
      : new Response(null, { status: 404 });
  // Another attempt on another device needs what WebGPU could not use.
  const data = new ExternalData(file, tensors, device === "wasm" ? readAhead(readGraph(graph)) : undefined);
  const outputs = device === "webgpu" ? { preferredOutputLocation: statesOnGpu(config) } : {};
  return open({ fetch }, { externalData: [{ path: LOCATION, data }], ...outputs });
}

const SETTINGS: Partial<typeof env> = {
  logLevel: LogLevel.ERROR, // the default level warns that 'odin' is not in transformers.js's own registry
  allowRemoteModels: false,
  allowLocalModels: true,
  useBrowserCache: false,
  useWasmCache: false,
};

/** Changes settings of transformers.js, which a program in Node may use for itself as well; returns what undoes it. */
function set(settings: Partial<typeof env>): () => void {
  const before = Object.fromEntries(Object.keys(settings).map((key) => [key, env[key as keyof typeof env]]));
  Object.assign(env, settings);
  return () => void Object.assign(env, before);
}

/** Tells onnxruntime-web where its files are; once it has loaded them, no other build can be loaded in this thread. */
export function prepareWebAssembly(ortUrl: string, device: string, threads: number): void {
  const wasm = env.backends.onnx.wasm!;
  wasm.wasmPaths = ortFiles(ortUrl, device);
  wasm.numThreads = threads;
}

function statesOnGpu(config: Record<string, unknown>): Record<string, "gpu-buffer"> {
  const layers = Array.from({ length: Number(config["num_hidden_layers"]) }, (_, i) => i);
  const names = layers.flatMap((i) => [`present_conv.${i}`, `present_recurrent.${i}`]);
  return Object.fromEntries(names.map((name) => [name, "gpu-buffer"]));
}
