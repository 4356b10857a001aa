/** The weights as onnxruntime-web takes them over: one tensor after the other, each freed as soon as it is copied. */

import { OdinError } from "../errors";
import type { TensorRange } from "./externalize";
import type { OnnxGraph } from "./graph";
import { release, type Pieces, type Range } from "./pieces";

/**
 * A file of which onnxruntime asks for one tensor at a time.
 *
 * onnxruntime-web wants the external data of a graph as a `Uint8Array`, of which it asks for nothing but `byteLength`
 * and `subarray`, and copies what it gets into its own memory at once. So this class looks like one: with an array the
 * whole file would be in memory twice, and no garbage is collected while a graph is loaded.
 */
export class ExternalData extends Uint8Array {
  readonly #size: number;
  readonly #read: (range: Range) => Uint8Array<ArrayBuffer>;

  /**
   * @param tensors what will be asked for, in the order of the file.
   * @param keep which tensors are asked for more than once; undefined for all. Of the others `file` is used up: each
   *   is freed with the next question.
   */
  constructor(file: Pieces, tensors: TensorRange[], keep?: ReadonlySet<string>) {
    super(0);
    this.#size = file.byteLength;
    this.#read = keep ? handOut(file.cut(tensors), tensors, keep) : (range) => file.read(range);
  }

  // Views of this class are plain.
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  override get byteLength(): number {
    return this.#size;
  }

  override subarray(begin = 0, end = this.#size): Uint8Array<ArrayBuffer> {
    return this.#read({ begin, end });
  }
}

function handOut(
  parts: Uint8Array<ArrayBuffer>[],
  tensors: TensorRange[],
  keep: ReadonlySet<string>,
): (range: Range) => Uint8Array<ArrayBuffer> {
  const waiting = new Map(tensors.map(({ name, begin }, i) => [begin, { name, bytes: parts[i]! }]));
  let last: Uint8Array<ArrayBuffer> | undefined;
  return ({ begin, end }) => {
    if (last) release(last);
    last = undefined;
    const found = waiting.get(begin);
    if (found?.bytes.length !== end - begin) {
      throw new OdinError("engine", "onnxruntime asked for weights that are no tensor, or twice for one.");
    }
    if (!keep.has(found.name)) {
      waiting.delete(begin);
      last = found.bytes;
    }
    return found.bytes;
  };
}

/** The stored tensors that onnxruntime also reads before it takes them over: to compute what depends on them alone. */
export function readAhead({ nodes, initializers }: OnnxGraph): Set<string> {
  const constant = new Set(initializers.map(({ name }) => name));
  const found = new Set<string>();
  for (const { inputs, outputs } of nodes) {
    const given = inputs.filter((name) => name !== "");
    if (!given.every((name) => constant.has(name))) continue;
    for (const name of given) found.add(name);
    for (const name of outputs) constant.add(name);
  }
  return found;
}
