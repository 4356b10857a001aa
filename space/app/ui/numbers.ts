/** Measured numbers as people read them. */

import type { Stats } from "../../runtime/index";

/** 0.85 ms, 12.3 ms, 850 ms, 1.9 s. */
export function seconds(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`;
}

/** A share of 1 in per cent: 93.8%. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
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

/** How far a long question has been read: tokens so far, and all of them. */
export function readingInWords(reading: readonly [number, number] | undefined): string {
  return reading ? `Reading: ${reading[0]} of ${reading[1]} tokens` : "Reading …";
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
