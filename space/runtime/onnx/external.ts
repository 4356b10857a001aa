/** The weights as onnxruntime-web takes them over: one tensor after the other, each freed as soon as it is copied. */

import { OdinError } from "../errors";
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
   * @param ranges what will be asked for, in the order of the file.
   * @param once whether each is asked for once. Then `file` is used up, and each range is freed with the next question.
   */
  constructor(file: Pieces, ranges: Range[], once: boolean) {
    super(0);
    this.#size = file.byteLength;
    this.#read = once ? handOut(file.cut(ranges), ranges) : (range) => file.read(range);
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

function handOut(parts: Uint8Array<ArrayBuffer>[], ranges: Range[]): (range: Range) => Uint8Array<ArrayBuffer> {
  const waiting = new Map(ranges.map(({ begin }, i) => [begin, parts[i]!]));
  let last: Uint8Array<ArrayBuffer> | undefined;
  return ({ begin, end }) => {
    if (last) release(last);
    last = waiting.get(begin);
    waiting.delete(begin);
    if (last?.length !== end - begin) {
      throw new OdinError("engine", "onnxruntime asked for a part of the weights that is no tensor, or twice for one.");
    }
    return last;
  };
}
