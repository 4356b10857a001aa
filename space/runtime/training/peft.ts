/** Adapters: what was trained here as PEFT's two files, and such files as the parameters of a training. */

import type { TrainingDescription } from "./description";
import {
  damaged,
  factorsOf,
  isSaved,
  isTarget,
  NO_TARGET,
  parsePeftConfig,
  unsupported,
  type PeftConfig,
} from "./peftconfig";
import { floats, readSafetensors, writeSafetensors, type FloatTensor, type StoredTensor } from "./safetensors";
import type { AdapterFiles } from "./types";

/** What of train.json an adapter depends on. */
export type AdaptedModel = Pick<TrainingDescription, "kind" | "lora" | "tied" | "weights_sha256">;

type Parameters = ReadonlyMap<string, FloatTensor>;

/** The two factors of what is added to a module's weight: A [rank, in] and B [out, rank]. */
interface Factors {
  A: Float32Array;
  B: Float32Array;
  inputs: number;
  outputs: number;
  rank: number;
  scale: number;
}

/** Before every name in PEFT's files. */
const PREFIX = "base_model.model.";
const FACTOR = /^base_model\.model\.(.+)\.lora_(A|B)\.weight$/;
const LAYER_CHILD = /^model\.layers\.\d+\.(\w+)\./;
/** Key of the metadata under which an export names the weights that it belongs to. */
const BASE_HASH = "base_weights_sha256";

/**
 * An adapter that PEFT loads on the released model in Python.
 *
 * What was trained as LoRA becomes an ordinary LoRA adapter. A full fine-tune becomes one that adapts no module and
 * replaces them all, for which PEFT has a target of its own.
 *
 * @param parameters under the names of the training graph
 * @param baseModel name of the released model, for people; PEFT does not check it
 */
export function toPeft(model: AdaptedModel, parameters: Parameters, baseModel: string | null = null): AdapterFiles {
  const { lora } = model;
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: baseModel,
    inference_mode: true,
    r: lora?.rank ?? 8,
    lora_alpha: lora?.alpha ?? 8,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: false,
    use_rslora: false,
    use_dora: false,
    ...(lora
      ? { target_modules: lora.targets, modules_to_save: null }
      : { target_modules: NO_TARGET, ...wholeModules(model, parameters) }),
  };
  const tensors = lora ? parameters : named(model, parameters);
  return {
    "adapter_model.safetensors": writeSafetensors(tensors, { format: "pt", [BASE_HASH]: model.weights_sha256 }),
    "adapter_config.json": `${JSON.stringify(config, null, 2)}\n`,
  };
}

/** Names of modules that hold all parameters and of which none ends another's path, as PEFT compares them. */
function wholeModules({ tied }: AdaptedModel, parameters: Parameters) {
  const modules = [...parameters.keys(), ...(tied ?? [])].map((name) => {
    const path = name.slice(0, name.lastIndexOf("."));
    // By these two names PEFT knows a tied pair.
    return LAYER_CHILD.exec(name)?.[1] ?? path.replace(/^model\.(?=embed_tokens$)/, "");
  });
  return { modules_to_save: [...new Set(modules)], ensure_weight_tying: tied !== null };
}

/** All parameters under PEFT's names, a tied one under both. */
function named({ tied }: AdaptedModel, parameters: Parameters): [string, FloatTensor][] {
  const [alias, trained] = tied ?? [];
  return [...parameters].flatMap(([name, tensor]) =>
    (name === trained ? [name, alias] : [name]).map((each): [string, FloatTensor] => [`${PREFIX}${each}`, tensor]),
  );
}

/**
 * The parameters of a training that compute what the model computes with an adapter, written by {@link toPeft} or by
 * PEFT.
 *
 * Into a full fine-tune LoRA is merged, W + scale * B A, and replaced modules are taken over. In a training of kind
 * `lora` an adapter of at most its rank keeps its factors, the scale goes into B, and what is left of the rank begins
 * as in the release, where B is zero.
 *
 * @param base the released values, under the names of the training graph
 * @returns values of every name of `base`, in its order
 * @throws OdinError `corrupt` for files that are damaged or contradict each other; `bad-data` for an adapter of
 *   another model, and for what cannot be computed here exactly
 */
export function fromPeft(files: AdapterFiles, model: AdaptedModel, base: Parameters): Map<string, Float32Array> {
  const config = parsePeftConfig(files["adapter_config.json"]);
  const { tensors, metadata } = readSafetensors(files["adapter_model.safetensors"]);
  const { [BASE_HASH]: hash = model.weights_sha256 } = metadata;
  if (hash !== model.weights_sha256) {
    const loaded = `loaded are ${model.weights_sha256.slice(0, 12)}...`;
    throw unsupported.error(`the adapter was trained on other weights (${hash.slice(0, 12)}..., ${loaded})`);
  }
  if (!tensors.size) throw damaged.error("the adapter has no tensors");
  const { pairs, whole } = sorted(tensors, config, model);
  const factors = new Map([...pairs].map(([module, pair]) => [module, factorsFrom(module, pair, config)]));
  const adapted = model.lora ? folded(factors, whole, model.lora, base) : merged(factors, whole, config, model, base);
  for (const [name, values] of adapted) requireFinite(values, name);
  return adapted;
}

type Pair = Partial<Record<"A" | "B", StoredTensor>>;

/** The factors of each adapted module, and the tensors of replaced modules under PyTorch's names. */
function sorted(tensors: ReadonlyMap<string, StoredTensor>, config: PeftConfig, { tied }: AdaptedModel) {
  // Of a tied pair that stays one, PEFT names either and writes both.
  const pair: readonly string[] = config.tying && tied?.some((name) => isSaved(config, name)) ? tied : [];
  const pairs = new Map<string, Pair>();
  const whole = new Map<string, StoredTensor>();
  for (const [key, tensor] of tensors) {
    const [, module, factor] = FACTOR.exec(key) ?? [];
    if (module !== undefined) {
      pairs.set(module, { ...pairs.get(module), [factor as "A" | "B"]: tensor });
      if (isTarget(config, module) && !isSaved(config, `${module}.weight`)) continue;
      throw damaged.error(`tensor '${key}' is of a module that adapter_config.json does not adapt`);
    }
    const name = key.slice(PREFIX.length);
    if (!key.startsWith(PREFIX) || !(isSaved(config, name) || pair.includes(name))) {
      throw unsupported.error(`tensor '${key}' is neither a factor of LoRA nor of a module in modules_to_save`);
    }
    whole.set(name, tensor);
  }
  return { pairs, whole };
}

function factorsFrom(module: string, { A, B }: Pair, config: PeftConfig): Factors {
  const { rank, scale } = factorsOf(config, module);
  if (!A || !B) throw damaged.error(`module '${module}' has lora_${A ? "A" : "B"} alone`);
  if (A.shape.length !== 2 || B.shape.length !== 2 || A.shape[0] !== rank || B.shape[1] !== rank) {
    const shapes = `A ${shown(A.shape)} and B ${shown(B.shape)}`;
    throw damaged.error(`module '${module}' of rank ${rank} has ${shapes}, not [${rank}, in] and [out, ${rank}]`);
  }
  const [a, b] = [floats(A), floats(B)];
  requireFinite(a, `${module}.lora_A`);
  requireFinite(b, `${module}.lora_B`);
  return { A: a, B: b, inputs: A.shape[1]!, outputs: B.shape[0]!, rank, scale };
}

/** A full fine-tune's parameters. */
function merged(
  factors: ReadonlyMap<string, Factors>,
  whole: ReadonlyMap<string, StoredTensor>,
  config: PeftConfig,
  model: AdaptedModel,
  base: Parameters,
): Map<string, Float32Array> {
  const adapted = new Map([...base].map(([name, { data }]) => [name, data.slice()]));
  const [alias, trained] = model.tied ?? [];
  for (const [module, product] of factors) {
    const name = `${module}.weight`;
    const weight = adapted.get(name);
    if (name === alias || name === trained) {
      throw unsupported.error(`module '${module}' cannot be adapted alone: embedding and head are one tensor`);
    }
    if (!weight) throw unsupported.error(`the model has no module '${module}'`);
    requireShape(name, [product.outputs, product.inputs], base.get(name)!.shape);
    add(weight, product);
  }
  for (const [name, tensor] of whole) {
    const key = name === alias ? trained! : name;
    const released = base.get(key);
    if (!released) throw unsupported.error(`the model has no tensor '${name}'`);
    requireShape(name, tensor.shape, released.shape);
    adapted.get(key)!.set(floats(tensor));
  }
  const expected = [...base.keys(), ...(alias === undefined ? [] : [alias])];
  const missing = expected.find((name) => isSaved(config, name) && !whole.has(name));
  if (missing !== undefined) throw damaged.error(`modules_to_save has '${missing}', and the file of tensors lacks it`);
  requireTied(whole, config, model);
  return adapted;
}

/** Refuses an adapter after which embedding and head would be two tensors. */
function requireTied(whole: ReadonlyMap<string, StoredTensor>, { tying }: PeftConfig, { tied }: AdaptedModel): void {
  if (!tied) return;
  const [head, embedding] = tied.map((name) => whole.get(name));
  if (!head && (!embedding || tying)) return;
  const [values, others] = [head, embedding].map((tensor) => tensor && floats(tensor));
  const same = values && others && values.length === others.length && values.every((value, i) => value === others[i]);
  if (!same) throw unsupported.error(`${tied.join(" and ")} are one tensor of this model, and two of the adapter`);
}

/** The parameters of a training of kind `lora`. */
function folded(
  factors: ReadonlyMap<string, Factors>,
  whole: ReadonlyMap<string, StoredTensor>,
  lora: NonNullable<AdaptedModel["lora"]>,
  base: Parameters,
): Map<string, Float32Array> {
  const [replaced] = whole.keys();
  if (replaced !== undefined) {
    throw unsupported.error(`the adapter replaces '${replaced}', and this training has low-rank factors only`);
  }
  const adapted = new Map<string, Float32Array>();
  for (const [name, { shape, data }] of base) {
    const [, module, factor] = FACTOR.exec(name)!;
    const product = factors.get(module!);
    const values = factor === "A" ? data.slice() : new Float32Array(data.length);
    adapted.set(name, values);
    if (!product) continue;
    const { A, B, inputs, outputs, rank, scale } = product;
    if (rank > lora.rank) {
      throw unsupported.error(`module '${module}' has rank ${rank}, and this training has ${lora.rank}`);
    }
    if (factor === "A") {
      requireShape(name, [rank, inputs], [rank, shape[1]!]);
      values.set(A);
    } else {
      requireShape(name, [outputs, rank], [shape[0]!, rank]);
      const ratio = scale / (lora.alpha / lora.rank);
      B.forEach((value, i) => (values[Math.floor(i / rank) * lora.rank + (i % rank)] = value * ratio));
    }
  }
  const unknown = [...factors.keys()].find((module) => !base.has(`${PREFIX}${module}.lora_A.weight`));
  if (unknown === undefined) return adapted;
  throw unsupported.error(`module '${unknown}' is not adapted by this training, but ${lora.targets.join(", ")}`);
}

/** weight + scale * B A, each element rounded once. */
function add(weight: Float32Array, { A, B, inputs, outputs, rank, scale }: Factors): void {
  const row = new Float64Array(inputs);
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    for (let j = 0; j < rank; j++) {
      const factor = B[o * rank + j]!;
      for (let i = 0; i < inputs; i++) row[i]! += factor * A[j * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) weight[o * inputs + i]! += scale * row[i]!;
  }
}

function requireShape(name: string, given: readonly number[], expected: readonly number[]): void {
  if (shown(given) === shown(expected)) return;
  throw unsupported.error(`'${name}' is ${shown(given)} in the adapter, and ${shown(expected)} in the model`);
}

function requireFinite(values: Float32Array, name: string): void {
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) throw damaged.error(`'${name}' has ${values[place]} among its values, at ${place}`);
}

const shown = (shape: readonly number[]) => `[${shape.join(", ")}]`;
