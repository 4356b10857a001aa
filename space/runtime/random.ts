/**
 * The one source of randomness of the runtime: sha256 of text, so that a seed means the same on every engine and in
 * Python. It is counter-based: a number depends on seed and index alone, never on how many were drawn before it.
 */
import { sha256 } from "@noble/hashes/sha2.js";

import { found, isText } from "./canonical";
import { OdinError } from "./errors";

/** Ratios of splits are integers, in parts of this many. */
const WHOLE = 10_000;

/** What a split and a field may be called. */
export const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const encoder = new TextEncoder();

/** Sha256 of the text's UTF-8. */
function digest(text: string): DataView {
  const bytes = sha256(encoder.encode(text));
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number in [0, 1), a multiple of 2^-53: the first 53 bits of sha256 of the text's UTF-8. */
export function uniformOf(text: string): number {
  const view = digest(text);
  return (view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)) / 2 ** 53;
}

function requireCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new OdinError("bad-option", `${what} must be an integer from 0 to 2^53 - 1, not ${found(value)}`);
  }
}

/**
 * A number in [0, 1), a multiple of 2^-53: the first 53 bits of sha256 of the UTF-8 text `seed|index`.
 *
 * @param seed integer from 0 to 2^53 - 1
 * @param index integer from 0 to 2^53 - 1; the i-th draw of a seed, in any order
 * @throws OdinError `bad-option` when either is no such integer
 */
export function uniform(seed: number, index: number): number {
  requireCount(seed, "seed");
  requireCount(index, "index of a random number");
  return uniformOf(`${seed}|${index}`);
}

/**
 * A permutation of 0 to n - 1: the indices sorted by the bytes of sha256 of the text `seed|index`. The same as
 * `shuffled` of data_chef/descriptor.py.
 *
 * @throws OdinError `bad-option` when n or the seed is no integer from 0 to 2^53 - 1
 */
export function shuffled(n: number, seed: number): number[] {
  requireCount(n, "number of things to shuffle");
  requireCount(seed, "seed");
  const words = new Uint32Array(8 * n);
  for (let index = 0; index < n; index++) {
    const view = digest(`${seed}|${index}`);
    for (let word = 0; word < 8; word++) words[8 * index + word] = view.getUint32(4 * word);
  }
  return Array.from({ length: n }, (_, index) => index).sort((a, b) => {
    let word = 0;
    while (word < 7 && words[8 * a + word] === words[8 * b + word]) word++;
    return words[8 * a + word]! - words[8 * b + word]!;
  });
}

/**
 * Refuses shares of splits that are no whole parts of 10,000 under plain names, or do not add up to it.
 *
 * @throws OdinError `bad-data`
 */
export function requireRatios(ratios: unknown): asserts ratios is Record<string, number> {
  const fail = (message: string): never => {
    throw new OdinError("bad-data", message);
  };
  if (typeof ratios !== "object" || ratios === null || Array.isArray(ratios) || !Object.keys(ratios).length) {
    fail(`splits must be an object such as {train: 9000, test: 1000}, not ${found(ratios)}`);
  }
  let sum = 0;
  for (const [name, ratio] of Object.entries(ratios as Record<string, unknown>)) {
    if (!NAME.test(name)) fail(`name of a split must be letters, digits and _ . -, not ${found(name)}`);
    if (!Number.isInteger(ratio) || (ratio as number) < 0 || (ratio as number) > WHOLE) {
      fail(`ratio of split '${name}' must be an integer from 0 to ${WHOLE}, not ${found(ratio)}`);
    }
    sum += ratio as number;
  }
  if (sum !== WHOLE) fail(`ratios of the splits must add up to ${WHOLE}, not ${sum}`);
}

/**
 * The split of a row, a function of its key alone; the same as `split_of` of data_chef/descriptor.py.
 *
 * The first four bytes of sha256 of the UTF-8 text `seed|key`, as a big-endian integer n, say where the row falls:
 * `floor(n * 10000 / 2^32)`, counted through the splits in the order of their names.
 *
 * @param ratios the share of each split, in parts of 10,000
 * @throws OdinError `bad-option` for the seed or a key that UTF-8 cannot hold, `bad-data` for the ratios
 */
export function splitOf<Name extends string>(
  rowKey: string,
  seed: number,
  ratios: Readonly<Record<Name, number>>,
): Name {
  requireRatios(ratios);
  requireCount(seed, "seed");
  if (!isText(rowKey)) {
    throw new OdinError("bad-option", `key of a row must be a string that UTF-8 can hold, not ${found(rowKey)}`);
  }
  let place = Math.floor((digest(`${seed}|${rowKey}`).getUint32(0) * WHOLE) / 2 ** 32);
  const names = Object.keys(ratios).sort() as Name[];
  return names.find((name) => (place -= ratios[name]) < 0)!;
}
