/** A large file that lies in memory in pieces, the way it was downloaded. */

import { OdinError } from "../errors";

/** Bytes `[begin, end)` of a file. */
export interface Range {
  begin: number;
  end: number;
}

export class Pieces {
  readonly #pieces: (Uint8Array<ArrayBuffer> | undefined)[];
  /** Where each piece begins, and the end of the last. */
  readonly #starts: number[] = [0];

  /** @param pieces in order, none empty, each with a buffer of its own. */
  constructor(pieces: Uint8Array<ArrayBuffer>[]) {
    this.#pieces = [...pieces];
    for (const piece of pieces) this.#starts.push(this.#starts.at(-1)! + piece.length);
  }

  get byteLength(): number {
    return this.#starts.at(-1)!;
  }

  /** Bytes `[begin, end)`: a view of a piece, or a copy when they lie in several. */
  read(range: Range): Uint8Array<ArrayBuffer> {
    const piece = this.#pieceAt(range.begin);
    return range.end <= this.#starts[piece + 1]! ? this.#part(piece, range) : this.#copy(range);
  }

  /**
   * Cuts `ranges` out, each into an array of its own, and frees the pieces on the way: never more than a piece and a
   * range are in memory twice. Afterwards there is nothing left to read.
   *
   * @param ranges in order, none overlapping.
   */
  cut(ranges: Range[]): Uint8Array<ArrayBuffer>[] {
    const parts = ranges.map((range) => {
      const part = this.#copy(range);
      this.#freeBefore(range.end);
      return part;
    });
    this.#freeBefore(this.byteLength);
    return parts;
  }

  #copy(range: Range): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(range.end - range.begin);
    for (let i = this.#pieceAt(range.begin); i < this.#pieces.length && this.#starts[i]! < range.end; i++) {
      bytes.set(this.#part(i, range), Math.max(0, this.#starts[i]! - range.begin));
    }
    return bytes;
  }

  #freeBefore(end: number): void {
    for (let i = 0; i < this.#pieces.length && this.#starts[i + 1]! <= end; i++) {
      if (this.#pieces[i]) release(this.#pieces[i]!);
      this.#pieces[i] = undefined;
    }
  }

  #part(piece: number, { begin, end }: Range): Uint8Array<ArrayBuffer> {
    const [start, bytes] = [this.#starts[piece]!, this.#pieces[piece]];
    if (!bytes) throw new OdinError("engine", "A part of the weights was asked for after it had been freed.");
    return bytes.subarray(Math.max(0, begin - start), end - start);
  }

  #pieceAt(offset: number): number {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * Gives the memory of an array back now: no garbage is collected while onnxruntime loads a graph.
 *
 * `ArrayBuffer.prototype.transfer` would not do. A browser's own object stands behind a buffer that came from another
 * thread or from storage, and holds on to the bytes; only sending a buffer away takes them from that object as well.
 */
export function release({ buffer }: Uint8Array<ArrayBuffer>): void {
  const { port1, port2 } = new MessageChannel();
  port2.close(); // nobody will receive it
  port1.postMessage(null, [buffer]);
  port1.close();
}
