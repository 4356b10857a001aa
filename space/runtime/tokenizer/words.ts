/**
 * How Python's tokenizer normalises text and splits it into words, in Python's versions of Unicode.
 *
 * No regular expression has a part in it: what `\p{L}` and `\s` match differs from one browser to the next, and WebKit
 * (2.50) takes a character from U+F800 to U+FBFF before one from U+FC00 for a surrogate pair.
 */

import { COMPOSING, LETTERS, NUMBERS, NUMERIC, SPACES } from "./unicode";

const LETTER = 1;
const NUMBER = 2;
const SPACE = 4;
const DIGIT = 8;
const COMPOSES = 16;

/** Bits by code point, up to the last plane in which anything has one. */
const BITS = new Uint8Array(0x40000);
paint(LETTERS, LETTER);
paint(NUMBERS, NUMBER);
paint(SPACES, SPACE);
paint(NUMERIC, DIGIT);
paint(COMPOSING, COMPOSES);

function paint(set: string, bit: number): void {
  let next = 0;
  for (const range of set.split(/\s+/)) {
    const [gap, more] = range.split(".").map((digits) => parseInt(digits, 36));
    const first = next + gap!;
    next = first + (more ?? 0) + 1;
    for (let point = first; point < next; point++) BITS[point]! |= bit;
  }
}

const bitsOf = (point: number) => BITS[point] ?? 0;
const CONTRACTION = /'(?:s|t|re|ve|m|ll|d)/y;

/**
 * NFC in the tokenizer's version of Unicode. Characters that were not in it yet are starters that combine with
 * nothing, so what stands between them is normalised for itself; there all versions agree.
 */
export function nfc(text: string): string {
  if (!/[^\0-\u02ff]/.test(text)) return text;
  let normal = "";
  let start = 0;
  let composing = false;
  for (let at = 0; at <= text.length; ) {
    const point = text.codePointAt(at);
    const composes = point !== undefined && (bitsOf(point) & COMPOSES) !== 0;
    if (composes !== composing || point === undefined) {
      const run = text.slice(start, at);
      normal += composing ? run.normalize("NFC") : run;
      start = at;
      composing = composes;
    }
    at += point! > 0xffff ? 2 : 1;
  }
  return normal;
}

/**
 * The pre-tokens of `text`, which joined are the text again: the pre-tokenizer ByteLevel, which is
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
 *
 * @param digits whether the pre-tokenizer Digits comes first, which makes every digit a word of its own.
 */
export function splitWords(text: string, digits: boolean): string[] {
  const kindAt = (at: number) => {
    const bits = bitsOf(text.codePointAt(at)!);
    return digits && bits & DIGIT ? DIGIT : bits & (LETTER | NUMBER | SPACE);
  };
  const after = (at: number) => at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
  const words: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    CONTRACTION.lastIndex = start;
    if (CONTRACTION.test(text)) {
      end = CONTRACTION.lastIndex;
    } else {
      // One space goes with the word after it, unless that is more white space or a digit.
      if (text[start] === " " && start + 1 < text.length && !(kindAt(start + 1) & (SPACE | DIGIT))) end++;
      const kind = kindAt(end);
      do end = after(end);
      while (kind !== DIGIT && end < text.length && kindAt(end) === kind);
      // White space leaves its last character to the word after it, even where that does not take it.
      if (kind === SPACE && end - start > 1 && end < text.length && kindAt(end) !== DIGIT) end--;
    }
    words.push(text.slice(start, end));
    start = end;
  }
  return words;
}
