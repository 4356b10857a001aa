/** Counts what has arrived, for progress bars. */

import type { Progress } from "../protocol";
import { sum } from "./shelf";

export class Tally {
  readonly #loaded = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  /** Bytes that came over the network, or from a folder on the disk. */
  received = 0;

  constructor(readonly onProgress: (progress: Progress) => void) {}

  /** Counts a file into the total, with 0 bytes while its size is unknown. */
  expect(file: string, bytes: number): void {
    this.#totals.set(file, bytes);
  }

  add(file: string, bytes: number): void {
    this.#loaded.set(file, (this.#loaded.get(file) ?? 0) + bytes);
    const loaded = sum(this.#loaded.values());
    this.onProgress({ loaded, total: Math.max(loaded, sum(this.#totals.values())), file });
  }

  /** A file that is loaded again, after a failure or by a second reader, is counted from the start. */
  restart(file: string): void {
    this.#loaded.delete(file);
  }
}
