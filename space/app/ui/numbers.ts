/** Measured numbers as people read them. */

import type { Stats } from "../../runtime/index";

/** 850 ms, 1.9 s. */
export function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Tokens a second after the first token; undefined for an answer of one token. */
export function tokensPerSecond({ tokens, decodeMs }: { tokens: number; decodeMs: number }): number | undefined {
  return tokens > 1 && decodeMs > 0 ? (tokens - 1) / (decodeMs / 1000) : undefined;
}

/** The middle one; of an even number the mean of the two in the middle, NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function threadsInWords(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

/** An answer's statistics in a line. */
export function statsLine({ tokens, decodeMs, prefillMs, finish }: Stats): string {
  const endings = { eos: [], stopped: ["stopped"], length: ["cut at the longest length"] };
  const rate = tokensPerSecond({ tokens: tokens.length, decodeMs });
  const parts = [
    tokens.length === 1 ? "1 token" : `${tokens.length} tokens`,
    ...(rate === undefined ? [] : [`${Math.round(rate)} tokens/s`]),
    `first token after ${seconds(prefillMs)}`,
    ...endings[finish],
  ];
  return parts.join(" · ");
}
