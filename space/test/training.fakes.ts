/** A training whose graph is plain arithmetic, so that every number of it can be told beforehand. */

import { vi } from "vitest";
import type { TrainingDescription } from "../runtime/training/description";
import type { Input, TrainingGraph } from "../runtime/training/session";
import { writeSafetensors } from "../runtime/training/safetensors";
import type { TrainingBatch } from "../runtime/training/types";

export const SHAPE = { batch: 2, seq: 4, vocab_size: 10 };

export function describedAs(changes: Partial<TrainingDescription> = {}): TrainingDescription {
  return {
    format: 1,
    kind: "full",
    graph: "onnx/train.onnx",
    adapted: "onnx/adapted.onnx",
    parameters: "onnx/train.safetensors",
    frozen: null,
    dtype: "fp32",
    ...SHAPE,
    pad_token_id: 0,
    eos_token_id: 1,
    lora: null,
    optimizer: { name: "AdamW", betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
    precision: { parameters: "float32", loss_scaling: false },
    seed: 0,
    weights_sha256: "a".repeat(64),
    graph_sha256: "b".repeat(64),
    tied: null,
    verified: { steps: 50, loss_difference: 1e-6, parameter_difference: 1e-6, against: "PyTorch 2.13.0" },
    ...changes,
  };
}

/** Two tensors, `w` [2, 2] and `b` [1]. */
export function firstParameters(): Uint8Array<ArrayBuffer> {
  return writeSafetensors([
    ["w", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ["b", { shape: [1], data: Float32Array.of(5) }],
  ]);
}

/**
 * A step takes the learning rate off every parameter, and adds 1 to m and 2 to v. The loss is the first parameter plus
 * a hundredth of the batch's first token. `outcome` may change what comes out.
 */
export class FakeGraph implements TrainingGraph {
  readonly device = "wasm";
  readonly inputs = ["input_ids", "parameter.w", "parameter.b"];
  readonly released = vi.fn();
  /** What each run was given. */
  readonly runs: Record<string, Input>[] = [];
  outcome: (run: number) => { overflow?: boolean; loss?: number } | Error = () => ({});

  async run(inputs: Record<string, Input>): Promise<Record<string, Float32Array | Uint8Array>> {
    this.runs.push(Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, { ...v, data: v.data.slice() }])));
    const changed = this.outcome(this.runs.length);
    if (changed instanceof Error) throw changed;
    const values = (name: string) => inputs[name]!.data as Float32Array;
    const lr = values("learning_rate")[0]!;
    const outputs: Record<string, Float32Array | Uint8Array> = {};
    for (const name of ["w", "b"]) {
      outputs[`new_parameter.${name}`] = values(`parameter.${name}`).map((value) => value - lr);
      outputs[`new_m.${name}`] = values(`m.${name}`).map((value) => value + 1);
      outputs[`new_v.${name}`] = values(`v.${name}`).map((value) => value + 2);
    }
    const loss = changed.loss ?? values("parameter.w")[0]! + Number(inputs["input_ids"]!.data[0]) / 100;
    outputs["loss"] = Float32Array.of(loss);
    outputs["gradient_norm"] = Float32Array.of(changed.overflow ? Infinity : 3);
    outputs["overflow"] = Uint8Array.of(changed.overflow ? 1 : 0);
    return outputs;
  }

  async release(): Promise<void> {
    this.released();
  }
}

/** Two rows, of one document each, of which the last two tokens are learned. */
export function batchOf(first = 3, changes: Partial<TrainingBatch> = {}): TrainingBatch {
  const inputIds = Int32Array.of(first, 4, 5, 6, 2, 7, 8, 9);
  const labels = Int32Array.of(-100, -100, 5, 6, -100, -100, 8, 9);
  return { rows: 2, length: 4, inputIds, labels, segments: new Int32Array(8), examples: 2, ...changes };
}
