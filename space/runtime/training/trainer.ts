/** The arithmetic of training: parameters and AdamW's moments, and steps of the graph that change them. */

import { OdinError } from "../errors";
import { checkBatch } from "./batch";
import type { TrainingDescription } from "./description";
import { readHeader, type TensorEntry } from "./safetensors";
import type { TrainingGraph } from "./session";
import type { TrainingBatch } from "./types";

/** The settings of a step, with their defaults. */
export interface StepSettings {
  lr: number;
  clip: number;
  lossScale: number;
}

/** What a step gave. The state is as before until it is applied. */
export interface Computed {
  loss: number;
  gradientNorm: number;
  /** The gradient was not finite: there is nothing to apply. */
  skipped: boolean;
  settings: StepSettings;
  computeMs: number;
  /** New values of all that it changes; undefined when skipped. */
  outputs: Record<string, Float32Array> | undefined;
}

/** All that a training has come to. */
export interface TrainerState {
  /** Values of all trained tensors in the order of the file, and of AdamW's two moments. */
  parameters: Float32Array<ArrayBuffer>;
  m: Float32Array<ArrayBuffer>;
  v: Float32Array<ArrayBuffer>;
  /** Steps that changed the model. */
  step: number;
  /** What the next step takes, unless it is told. */
  lossScale: number;
  /** Steps without a finite gradient since the last one with. */
  overflows: number;
  /** Steps with one since the last without, and since the loss scale grew. */
  goodSteps: number;
}

/** With float16 products gradients below 2^-24 vanish; this lifts them as far as PyTorch's GradScaler begins with. */
const FIRST_LOSS_SCALE = 2 ** 16;
/** PyTorch's GradScaler waits as long before it doubles the scale. */
const GROWTH_INTERVAL = 2000;
const MOST_OVERFLOWS = 3;
const DEFAULT_CLIP = 1;

export class Trainer {
  readonly #file: Uint8Array<ArrayBuffer>;
  readonly #entries: TensorEntry[];
  readonly #dataStart: number;
  readonly #state: TrainerState;
  /** What it begins with, and never grows above: 1 where the policy does not scale. */
  readonly #mostScale: number;

  /**
   * @param file `train.safetensors`; it is kept, and changed with every step.
   * @throws OdinError `corrupt` when the graph trains other tensors than those of the file.
   */
  constructor(
    readonly graph: TrainingGraph,
    readonly description: TrainingDescription,
    file: Uint8Array<ArrayBuffer>,
  ) {
    const { entries, dataStart } = readHeader(file);
    this.#file = aligned(file, dataStart);
    this.#entries = entries;
    this.#dataStart = dataStart;
    this.#check();
    const count = (file.length - dataStart) / Float32Array.BYTES_PER_ELEMENT;
    this.#mostScale = description.precision.loss_scaling ? FIRST_LOSS_SCALE : 1;
    this.#state = {
      parameters: new Float32Array(this.#file.buffer, dataStart, count),
      m: new Float32Array(count),
      v: new Float32Array(count),
      step: 0,
      lossScale: this.#mostScale,
      overflows: 0,
      goodSteps: 0,
    };
  }

  /** Not a copy. */
  get state(): Readonly<TrainerState> {
    return this.#state;
  }

  /** Sets the state to one that was stored. */
  restore(state: TrainerState): void {
    const { parameters, m, v, ...rest } = state;
    for (const [name, values] of Object.entries({ parameters, m, v })) {
      if (values.length !== this.#state.m.length) throw new RangeError(`${name} has another size`);
    }
    this.#state.parameters.set(parameters);
    this.#state.m.set(m);
    this.#state.v.set(v);
    Object.assign(this.#state, rest);
  }

  /** The current parameters as `train.safetensors` has them; a copy. */
  parameters(): Uint8Array<ArrayBuffer> {
    return this.#file.slice();
  }

  /**
   * Computes a step, and changes nothing.
   *
   * @throws OdinError `bad-data`, `bad-option`, `engine`; `diverged` when, again and again, the gradient is no number
   *   although it is not scaled up.
   */
  async compute(batch: TrainingBatch, options: Partial<StepSettings> & { lr: number }): Promise<Computed> {
    checkBatch(batch, this.description);
    const settings = this.#settings(options);
    const started = performance.now();
    const outputs = await this.graph.run(this.#inputs(batch, settings));
    const computeMs = performance.now() - started;
    const [loss, gradientNorm] = [Number(outputs["loss"]![0]), Number(outputs["gradient_norm"]![0])];
    const skipped = Boolean(outputs["overflow"]![0]) || !Number.isFinite(loss) || !Number.isFinite(gradientNorm);
    if (skipped && settings.lossScale <= 1 && this.#state.overflows + 1 >= MOST_OVERFLOWS) {
      throw new OdinError(
        "diverged",
        `The gradient is no number ${MOST_OVERFLOWS} times in a row (loss ${loss}, learning rate ${settings.lr}). ` +
          "The model is as before these steps. Train with a lower learning rate; if the loss has grown, begin anew.",
      );
    }
    const changed = skipped ? undefined : (outputs as Record<string, Float32Array>);
    return { loss, gradientNorm, skipped, settings, computeMs, outputs: changed };
  }

  /**
   * Takes over what was computed last. The loss scale is halved by an overflow, and doubled by 2,000 steps in a row
   * without one, up to what it began with.
   */
  apply({ outputs, settings }: Computed): void {
    const state = this.#state;
    if (!outputs) {
      state.overflows += 1;
      state.goodSteps = 0;
      if (this.description.precision.loss_scaling) state.lossScale = Math.max(1, settings.lossScale / 2);
      return;
    }
    for (const { name, begin } of this.#entries) {
      const start = (begin - this.#dataStart) / Float32Array.BYTES_PER_ELEMENT;
      state.parameters.set(outputs[`new_parameter.${name}`]!, start);
      state.m.set(outputs[`new_m.${name}`]!, start);
      state.v.set(outputs[`new_v.${name}`]!, start);
    }
    state.overflows = 0;
    state.step += 1;
    state.goodSteps += 1;
    if (state.goodSteps < GROWTH_INTERVAL) return;
    state.goodSteps = 0;
    // Only up: a caller's own larger scale may have been halved to more than it began with.
    state.lossScale = Math.max(state.lossScale, Math.min(2 * state.lossScale, this.#mostScale));
  }

  #inputs({ rows, length, ...batch }: TrainingBatch, { lr, clip, lossScale }: StepSettings) {
    const { parameters, m, v, step } = this.#state;
    const shape = [rows, length];
    const inputs: Parameters<TrainingGraph["run"]>[0] = {
      input_ids: { data: BigInt64Array.from(batch.inputIds, BigInt), shape },
      labels: { data: BigInt64Array.from(batch.labels, BigInt), shape },
      seq_idx: { data: BigInt64Array.from(batch.segments, BigInt), shape },
      learning_rate: scalar(lr),
      step: scalar(step + 1),
      clip: scalar(clip),
      loss_scale: scalar(lossScale),
    };
    for (const { name, shape, begin, end } of this.#entries) {
      const [from, to] = [begin, end].map((at) => (at - this.#dataStart) / Float32Array.BYTES_PER_ELEMENT);
      inputs[`parameter.${name}`] = { data: parameters.subarray(from, to), shape };
      inputs[`m.${name}`] = { data: m.subarray(from, to), shape };
      inputs[`v.${name}`] = { data: v.subarray(from, to), shape };
    }
    return inputs;
  }

  #settings({ lr, clip = DEFAULT_CLIP, lossScale = this.#state.lossScale }: Partial<StepSettings> & { lr: number }) {
    for (const [name, value] of Object.entries({ lr, clip, lossScale })) {
      if (Number.isFinite(value) && value > 0 && Math.fround(value) < Infinity) continue;
      throw new OdinError("bad-option", `${name} must be a finite number above 0; it was ${String(value)}.`);
    }
    return { lr, clip, lossScale };
  }

  #check(): void {
    const { parameters: path } = this.description;
    const other = this.#entries.find(({ dtype }) => dtype !== "F32");
    if (other) throw damaged(`${path} holds '${other.name}' as ${other.dtype}, not F32`);
    const trained = this.graph.inputs.filter((name) => name.startsWith("parameter."));
    const held = new Set(this.#entries.map(({ name }) => `parameter.${name}`));
    const missing = trained.find((name) => !held.has(name));
    if (missing !== undefined || trained.length !== held.size) {
      const which = missing === undefined ? "fewer" : `'${missing.slice("parameter.".length)}', which is not`;
      throw damaged(`the training graph trains ${which} in ${path}`);
    }
  }
}

function damaged(words: string): OdinError {
  const advice = "The files are of different exports: write them again with `python -m export.training_graph`";
  return new OdinError("corrupt", `${words}. ${advice}.`);
}

function scalar(value: number): { data: Float32Array<ArrayBuffer>; shape: number[] } {
  return { data: Float32Array.of(value), shape: [] };
}

/** A file whose data can be looked at as float32. */
function aligned(file: Uint8Array<ArrayBuffer>, dataStart: number): Uint8Array<ArrayBuffer> {
  if (dataStart % Float32Array.BYTES_PER_ELEMENT) throw damaged("the tensors of the parameters begin at an odd place");
  return file.byteOffset === 0 ? file : file.slice();
}
