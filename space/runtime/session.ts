/** Starts a model in onnxruntime by way of transformers.js, with one copy of the weights in memory. */

import { env, LogLevel, PretrainedConfig } from "@huggingface/transformers";
import type { Plan } from "./devices";
import { OdinForCausalLM } from "./model";
import { ExternalData, readAhead } from "./onnx/external";
import { externalize } from "./onnx/externalize";
import { readGraph } from "./onnx/graph";
import { inspectPrecision } from "./onnx/inspect";
import { Pieces } from "./onnx/pieces";
import { references } from "./onnx/references";
import { ortFiles } from "./ortfiles";
import { assertPrecision, promised } from "./precision";
import type { ExternalFile, Weights } from "./protocol";

// transformers.js asks for files by a path of its own; it gets what is there already.
export const MODEL = "/odin";
const WEIGHTS = "onnx/model.onnx";
const FILE = `${MODEL}/${WEIGHTS}`;
const LOCATION = "weights";

/** A graph, and what it reads from other files: `path` is the `location` in the graph. */
export interface GraphFiles {
  weights: Weights;
  external?: ExternalFile[] | undefined;
}

export interface SessionFiles extends GraphFiles {
  config: Record<string, unknown>;
  generationConfig: Record<string, unknown>;
  adapted?: "full" | "lora";
}

/** Puts a graph and its other files where onnxruntime for Node can open them: its path, and how to remove them. */
export type FileWriter = (files: GraphFiles) => Promise<{ path: string; remove: () => Promise<void> }>;

/** transformers.js has one set of settings for the thread, so that one model is started at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * @param ortUrl folder of onnxruntime's WebAssembly files, absolute.
 * @param debug whether to compare the precision of the graph with what its dtype promises.
 * @param writeFile in Node, where onnxruntime reads files.
 * @throws OdinError `corrupt`, `precision`; whatever onnxruntime throws. On WebAssembly the weights are freed as they
 *   are taken over, so that they are lost for another attempt.
 */
export async function startModel(
  { config, generationConfig, adapted, ...files }: SessionFiles,
  plan: Place & Pick<Plan, "dtype">,
  ortUrl: string,
  debug: boolean,
  writeFile?: FileWriter,
): Promise<OdinForCausalLM> {
  const check = debug
    ? (graph: Uint8Array) => assertPrecision(promised(plan.dtype, config, adapted), inspectPrecision(graph))
    : undefined;
  const outputs = plan.device === "webgpu" ? { preferredOutputLocation: statesOnGpu(config) } : {};
  const open = async (session_options: Record<string, unknown>) =>
    (await OdinForCausalLM.from_pretrained(MODEL, {
      config: new PretrainedConfig(config),
      dtype: "fp32", // only a part of the file's name, which here is always the same
      device: plan.device,
      session_options: { ...session_options, ...outputs },
    })) as OdinForCausalLM;
  const model = await openGraph(files, plan, ortUrl, open, { check, writeFile });
  model.configs = { generation_config: generationConfig };
  return model;
}

type Place = Pick<Plan, "device" | "threads">;

/**
 * Has transformers.js open a graph: it is in `open` that it finds the files.
 *
 * @throws as {@link startModel}; what `check` throws of the graph without its weights.
 */
export function openGraph<T>(
  files: GraphFiles,
  place: Place,
  ortUrl: string,
  open: (session_options: Record<string, unknown>) => Promise<T>,
  { check, writeFile }: { check?: ((graph: Uint8Array) => void) | undefined; writeFile?: FileWriter | undefined } = {},
): Promise<T> {
  const opened = turn.then(async () => {
    const file = new Pieces(files.weights);
    const { graph, tensors } = externalize(file, LOCATION);
    check?.(graph);
    if (writeFile) return openWritten(await writeFile(files), place, open);
    const { device, threads } = place;
    prepareWebAssembly(ortUrl, device, threads);
    const fetch: typeof env.fetch = async (input) =>
      String(input) === FILE
        ? { status: 200, headers: new Headers(), arrayBuffer: async () => graph.buffer }
        : new Response(null, { status: 404 });
    // Another attempt on another device needs what WebGPU could not use.
    const keep = device === "wasm" ? readAhead(readGraph(graph)) : undefined;
    const externalData = [
      { path: LOCATION, data: new ExternalData(file, tensors, keep) },
      ...(files.external ?? []).map(({ path, weights }) => ({
        path,
        data: new ExternalData(new Pieces(weights), references(graph, path), keep),
      })),
    ];
    return withSettings({ fetch }, () => open({ externalData }));
  });
  turn = opened.catch(() => {});
  return opened;
}

async function openWritten<T>(
  { path, remove }: Awaited<ReturnType<FileWriter>>,
  { threads }: Place,
  open: (session_options: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  // It is asked for the file by its path and by its address on a hub.
  const match = async (key: string) => (key.endsWith(WEIGHTS) ? path : undefined);
  const customCache = { match, put: async () => {} };
  try {
    const settings = { useFSCache: false, useCustomCache: true, customCache };
    return await withSettings(settings, () => open({ intraOpNumThreads: threads }));
  } finally {
    await remove();
  }
}

const SETTINGS: Partial<typeof env> = {
  logLevel: LogLevel.ERROR, // the default level warns that 'odin' is not in transformers.js's own registry
  allowRemoteModels: false,
  allowLocalModels: true,
  useBrowserCache: false,
  useWasmCache: false,
};

/** Runs `task` with other settings of transformers.js, which a program in Node may use for itself as well. */
async function withSettings<T>(settings: Partial<typeof env>, task: () => Promise<T>): Promise<T> {
  const changed = { ...SETTINGS, ...settings };
  const before = Object.fromEntries(Object.keys(changed).map((key) => [key, env[key as keyof typeof env]]));
  Object.assign(env, changed);
  try {
    return await task();
  } finally {
    Object.assign(env, before);
  }
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
