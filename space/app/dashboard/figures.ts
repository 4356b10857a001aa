/** Numbers that follow from others: sizes of states, and times of tokens as a chart can show them. */

import { median } from "../ui/numbers";

const FLOAT32 = 4;

/** Of `config.json`, what sizes depend on. */
export interface Dimensions {
  layers: number;
  width: number;
  heads: number;
  headDim: number;
  kernel: number;
}

/** The dimensions of an ODIN's configuration; undefined when one is missing. */
export function dimensionsOf(config: Record<string, unknown>): Dimensions | undefined {
  const names = ["num_hidden_layers", "hidden_size", "num_heads", "head_dim", "conv_kernel_size"];
  const numbers = names.map((name) => config[name]);
  if (!numbers.every((value) => typeof value === "number")) return undefined;
  const [layers, width, heads, headDim, kernel] = numbers as [number, number, number, number, number];
  return { layers, width, heads, headDim, kernel };
}

/** Bytes of the state of a conversation of any length: of each layer a convolution's inputs, and a matrix a head. */
export function stateBytes({ layers, width, heads, headDim, kernel }: Dimensions): number {
  return FLOAT32 * layers * ((kernel - 1) * 3 * width + heads * headDim * headDim);
}

/** Bytes of a transformer's cache for `tokens` tokens: of each layer, token and shared head a key and a value. */
export function cacheBytes({ layers, headDim }: Dimensions, keyValueHeads: number, tokens: number): number {
  return FLOAT32 * layers * tokens * 2 * keyValueHeads * headDim;
}

/** Heads of keys and values of the reference transformer (`export/reference.py`): a third, where that goes. */
export function sharedHeads({ heads }: Dimensions): number {
  return heads % 3 === 0 ? heads / 3 : heads;
}

export interface Bin {
  /** Number of its last token in the answer. */
  x: number;
  /** Median milliseconds a token. */
  y: number;
}

/** The times of an answer's tokens as at most `most` medians, each of as many tokens in a row. */
export function binned(tokenMs: readonly number[], most = 60): { bins: Bin[]; size: number } {
  const size = Math.max(1, Math.ceil(tokenMs.length / most));
  const bins: Bin[] = [];
  for (let begin = 0; begin < tokenMs.length; begin += size) {
    const times = tokenMs.slice(begin, begin + size);
    bins.push({ x: begin + times.length, y: median(times) });
  }
  return { bins, size };
}
