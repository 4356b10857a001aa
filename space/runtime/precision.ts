/**
 * Which group of operations computes, and is stored, in which precision: the promise of each exported file.
 *
 * float32 is the rule. float16 and integers stand where docs/proofs.md (sections 2 and 4) finds them safe: in products
 * with weights, and in what flows between them. Decays lie just below 1, where float16 has no numbers left, and a
 * state sums up thousands of tokens, so the recurrence with all that leads into it, the states, and the statistics of
 * norms are float32 in every file. Groups that `precision` in `odin.json` has as well mean the same there; what it has
 * beside (parameters, gradients, optimizer, loss, loss_scaling) is about training.
 */

import { OdinError } from "./errors";
import type { Dtype } from "./protocol";

export type Format = "float32" | "float16" | "int8" | "int4";

/** The groups, each with what its precision is that of. */
export const OP_GROUPS = {
  embedding_weights: "the stored table of embeddings",
  projection_weights: "the stored matrices of the layers",
  head_weights: "the stored matrix of the head",
  // As the file has them. For 4 bits onnxruntime's native kernels, but not the browsers', round activations to int8.
  projections: "the factors of the layers' matrix products",
  head: "the factors of the head's product",
  activations: "what flows between the products: embedding, residual stream, channel mixing",
  norms: "the statistics of norms",
  convolution: "the short convolution",
  recurrence: "all between a time mixing's products: decay, unit length of q and k, recurrence, gate",
  conv_state: "the convolution's state between two steps",
  recurrent_state: "the recurrence's state between two steps",
  logits: "the logits",
} as const;
export type OpGroup = keyof typeof OP_GROUPS;

/** A {@link Format} for each group; where a graph mixes several, their names in order, with commas. */
export type PrecisionPolicy = Record<OpGroup, string>;

const FLOAT32 = {
  embedding_weights: "float32",
  projection_weights: "float32",
  head_weights: "float32",
  projections: "float32",
  head: "float32",
  activations: "float32",
  norms: "float32",
  convolution: "float32",
  recurrence: "float32",
  conv_state: "float32",
  recurrent_state: "float32",
  logits: "float32",
} as const;
const HALF_COMPUTE = { projections: "float16", head: "float16", activations: "float16" } as const;
const INT8_WEIGHTS = { embedding_weights: "int8", projection_weights: "int8", head_weights: "int8" } as const;
const INT8_COMPUTE = { projections: "int8", head: "int8" } as const;
const INT4_WEIGHTS = { ...INT8_WEIGHTS, projection_weights: "int4" } as const;

/** What each file of an export promises. */
export const PRECISION: Readonly<Record<Dtype, Readonly<Record<OpGroup, Format>>>> = {
  fp32: FLOAT32,
  fp16: {
    ...FLOAT32,
    ...HALF_COMPUTE,
    embedding_weights: "float16",
    projection_weights: "float16",
    head_weights: "float16",
  },
  q8: { ...FLOAT32, ...INT8_WEIGHTS, ...INT8_COMPUTE },
  q4: { ...FLOAT32, ...INT4_WEIGHTS },
  q4f16: { ...FLOAT32, ...INT4_WEIGHTS, ...HALF_COMPUTE },
  q4wire: { ...FLOAT32, ...INT4_WEIGHTS, ...INT8_COMPUTE },
};

/**
 * What the file of a dtype promises for a model of that `config.json`. Embeddings are the head's bytes; where they are
 * not tied to it, they are as precise as activations.
 *
 * @param adapted `lora`: with low-rank factors beside the projections, which are float32, as are their products.
 */
export function promised(
  dtype: Dtype,
  config: { tie_word_embeddings?: unknown },
  adapted?: "full" | "lora",
): PrecisionPolicy {
  const policy: PrecisionPolicy = { ...PRECISION[dtype] };
  if (config.tie_word_embeddings === false) policy.embedding_weights = policy.activations;
  if (adapted === "lora") {
    for (const group of ["projection_weights", "projections"] as const) {
      policy[group] = [...new Set([policy[group], "float32"])].sort().join(", ");
    }
  }
  return policy;
}

/**
 * Compares what a file promises with what was found in its graph.
 *
 * @throws OdinError `precision`, which names each group that differs, what was promised and what was found.
 */
export function assertPrecision(promised: PrecisionPolicy, found: PrecisionPolicy): void {
  const groups = (Object.keys(OP_GROUPS) as OpGroup[]).filter((group) => found[group] !== promised[group]);
  if (groups.length === 0) return;
  const differences = groups.map(
    (group) => `${group} (${OP_GROUPS[group]}): promised ${promised[group]}, found ${found[group]}`,
  );
  throw new OdinError(
    "precision",
    `The model's graph does not compute in the precision that its file promises. ${differences.join("; ")}. ` +
      "Export the model again, and give each file the name that the export gave it.",
  );
}
