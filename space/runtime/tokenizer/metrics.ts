/** How well a tokenizer fits texts, in the numbers of data_chef/tokenizer_metrics.py. */

import { OdinError } from "../errors";

/** By the names that Python prints; percentages are of 100. */
export interface TokenizerMetrics {
  documents: number;
  /** Compression. */
  "bytes per token": number;
  "tokens per document": number;
  /** Fertility; words are runs of letters. */
  "tokens per word": number;
  /** Coverage, of the words as often as they occur. */
  "words in one token %": number;
  /** Coverage, of all tokens. */
  "vocabulary used %": number;
  /** Of the tokens, those that spell one byte of something longer: a word, a character, spaces. */
  "byte fallback %": number;
  /** Entropy of the frequencies of the tokens. */
  "bits per token": number;
}

/** What is measured. */
export interface Measurable {
  /** Splits text into what BPE takes for words. */
  words: (text: string) => string[];
  encode: (text: string) => number[];
  vocabulary: ReadonlyMap<string, number>;
}

// A word is a run of letters, with the space before it: Python's ` ?[^\W\d_]+`. What a letter is, like NFC here, is of
// the engine's Unicode, as it is of Python's own there: the two agree on all characters that both know.
const WORD = / ?[\p{L}\p{Nl}\p{No}]+/gu;

/**
 * The metrics of a tokenizer on these documents, rounded as Python rounds them.
 *
 * @throws OdinError `bad-option` when there is no text in them.
 */
export function measure({ words, encode, vocabulary }: Measurable, texts: readonly string[]): TokenizerMetrics {
  const known = new Map<string, number[]>();
  const tokensOf = (word: string) => {
    let ids = known.get(word);
    if (!ids) known.set(word, (ids = encode(word)));
    return ids;
  };
  const single = singleBytes(vocabulary);
  const utf8 = new TextEncoder();
  const tokens = new Map<number, number>();
  let size = 0;
  let total = 0;
  let fallback = 0;
  let occurrences = 0;
  let pieces = 0;
  let whole = 0;
  for (const text of texts.map((text) => text.normalize("NFC"))) {
    size += utf8.encode(text).length;
    for (const word of words(text)) {
      const ids = tokensOf(word);
      total += ids.length;
      for (const id of ids) {
        tokens.set(id, (tokens.get(id) ?? 0) + 1);
        if (ids.length > 1 && single.has(id)) fallback++;
      }
    }
    for (const [word] of text.matchAll(WORD)) {
      const length = tokensOf(word).length;
      occurrences++;
      pieces += length;
      if (length === 1) whole++;
    }
  }
  if (total === 0) throw new OdinError("bad-option", "There is no text to measure the tokenizer on.");
  let bits = 0;
  for (const count of tokens.values()) bits -= (count / total) * Math.log2(count / total);
  return {
    documents: texts.length,
    "bytes per token": round(size / total, 3),
    "tokens per document": round(total / texts.length, 1),
    "tokens per word": round(pieces / Math.max(1, occurrences), 3),
    "words in one token %": round((100 * whole) / Math.max(1, occurrences), 2),
    "vocabulary used %": round((100 * tokens.size) / vocabulary.size, 2),
    "byte fallback %": round((100 * fallback) / total, 2),
    "bits per token": round(bits, 3),
  };
}

/** The tokens that stand for one byte: a character of the byte-level alphabet, or `<0x41>`. */
function singleBytes(vocabulary: ReadonlyMap<string, number>): Set<number> {
  return new Set([...vocabulary].flatMap(([token, id]) => (/^(.|<0x[0-9A-F]{2}>)$/su.test(token) ? [id] : [])));
}

/** Python's `round`, for `x` from 0: a number exactly in the middle goes to the even neighbour. */
export function round(x: number, digits: number): number {
  // Only an odd multiple of a power of 2 can be in the middle and be written exactly.
  if (Math.abs((x * 2 ** (digits + 1)) % 2) !== 1) return Number(x.toFixed(digits));
  const scaled = x * 10 ** digits;
  const below = Math.floor(scaled);
  return (below % 2 === 0 ? below : below + 1) / 10 ** digits;
}
