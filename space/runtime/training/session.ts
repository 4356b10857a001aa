/** The training graph in onnxruntime, the copy of it that transformers.js brings along. */

import { PretrainedConfig, PreTrainedModel, Tensor } from "@huggingface/transformers";
import { OdinError } from "../errors";
import { platform } from "../platform";
import { MODEL, openGraph, type GraphFiles } from "../session";

export interface Input {
  data: Float32Array | BigInt64Array;
  shape: readonly number[];
}

export interface TrainingGraph {
  /** Names of what it takes. */
  inputs: readonly string[];
  device: "wasm" | "cpu";
  /** Values of all outputs, row by row. @throws OdinError `engine` */
  run(inputs: Record<string, Input>): Promise<Record<string, Float32Array | Uint8Array>>;
  release(): Promise<void>;
}

/** As much of onnxruntime's session as is needed; transformers.js does not export its type. */
interface OrtSession {
  inputNames: readonly string[];
  run(feeds: Record<string, unknown>): Promise<Record<string, { data: Float32Array | Uint8Array }>>;
  release(): Promise<void>;
}

/** @throws OdinError `corrupt`; whatever onnxruntime throws */
export async function openTrainingGraph(files: GraphFiles, threads: number, ortUrl: string): Promise<TrainingGraph> {
  const device = platform.writeFile ? "cpu" : "wasm";
  const open = (session_options: Record<string, unknown>) =>
    PreTrainedModel.from_pretrained(MODEL, {
      config: new PretrainedConfig({ model_type: "odin" }),
      dtype: "fp32", // only a part of the file's name
      device,
      // Without it the second step is laid out anew beside the first: half as much memory again, for no speed.
      session_options: { ...session_options, enableMemPattern: false },
    });
  const model = await openGraph(files, { device, threads }, ortUrl, open, { writeFile: platform.writeFile });
  const session = (model.sessions as unknown as { model: OrtSession }).model;
  return {
    inputs: session.inputNames,
    device,
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { data, shape }]) => {
        const type = data instanceof BigInt64Array ? "int64" : "float32";
        return [name, new Tensor(type, data, [...shape]).ort_tensor] as const;
      });
      try {
        const outputs = await session.run(Object.fromEntries(feeds));
        return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
      } catch (error) {
        throw OdinError.from(error, "The training step failed");
      }
    },
    release: () => session.release(),
  };
}
