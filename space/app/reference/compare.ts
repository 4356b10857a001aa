/** Times models in turns at growing lengths of text. */

import { median } from "../ui/numbers";
import type { Runner, Timing } from "./protocol";

export const CONTEXTS = [128, 512, 1024, 2048, 4096];
export const QUICK_CONTEXTS = [128, 1024];
const ROUNDS = 5;
const DECODE_TOKENS = 24;
/** Browsers compile WebAssembly better while it runs: the first seconds are slower, and count for nothing. */
const WARM_UP = { context: 64, tokens: 24, ms: 2000 };
/** Milliseconds. A context that would take the comparison beyond it is left out. */
export const BUDGET_MS = 90_000;

/** Medians over the rounds at one length of text, in milliseconds. */
export interface Point {
  context: number;
  rounds: number;
  /** Reading the text, up to the first token. */
  prefillMs: number;
  /** Each token after that. */
  tokenMs: number;
}

export interface Comparison {
  /** In the order of the runners, as many for each: a context was measured for all of them or for none. */
  points: Point[][];
  /** Contexts that would have taken too long. */
  leftOut: number[];
  decodeTokens: number;
}

export interface CompareOptions {
  contexts: readonly number[];
  decodeTokens?: number;
  rounds?: number;
  budgetMs?: number;
  /** How long all runners are run before anything counts; each once at least. */
  warmUpMs?: number;
  signal?: AbortSignal;
  /** Told before each measurement: the context, and measurements done so far and in all. */
  onProgress?: (context: number, done: number, total: number) => void;
  /** Told after each context. */
  onPoints?: (points: Point[][]) => void;
  now?: () => number;
}

/**
 * Times `runners` in turns, so that whatever else the device does falls on all alike. Each round reads another text.
 *
 * @throws whatever a runner throws; the signal's reason after an abort.
 */
export async function compare(runners: readonly Runner[], options: CompareOptions): Promise<Comparison> {
  const { contexts, decodeTokens = DECODE_TOKENS, rounds = ROUNDS, budgetMs = BUDGET_MS, signal } = options;
  const { warmUpMs = WARM_UP.ms * runners.length, now = () => performance.now() } = options;
  const started = now();
  const total = contexts.length * rounds * runners.length;
  const points: Point[][] = runners.map(() => []);
  let last: { context: number; roundMs: number } | undefined;
  let done = 0;

  const run = async (runner: Runner, context: number, round: number, tokens: number) => {
    signal?.throwIfAborted();
    try {
      return await runner.run(text(context, round, runner.vocabSize), tokens);
    } catch (error) {
      signal?.throwIfAborted(); // then the failure is only that it was disposed of
      throw error;
    }
  };

  do {
    for (const runner of runners) await run(runner, WARM_UP.context, rounds, WARM_UP.tokens);
  } while (now() - started < warmUpMs);
  for (const [i, context] of contexts.entries()) {
    const left = budgetMs - (now() - started);
    const expected = last ? last.roundMs * growth(context / last.context) : 0;
    if (expected > left) return { points, leftOut: contexts.slice(i), decodeTokens };
    const possible = expected > 0 ? Math.max(1, Math.min(rounds, Math.floor(left / expected))) : rounds;
    const timings: Timing[][] = runners.map(() => []);
    const begun = now();
    for (let round = 0; round < possible; round++) {
      for (const [j, runner] of runners.entries()) {
        options.onProgress?.(context, done++, total);
        timings[j]!.push(await run(runner, context, round, decodeTokens));
      }
    }
    last = { context, roundMs: (now() - begun) / possible };
    done = (i + 1) * rounds * runners.length;
    timings.forEach((of, j) => points[j]!.push(pointOf(context, of)));
    options.onPoints?.(points.map((of) => [...of]));
  }
  return { points, leftOut: [], decodeTokens };
}

/** How much longer a text `times` as long may take: attention grows with the square, all else with the length. */
function growth(times: number): number {
  return times ** 1.5;
}

function pointOf(context: number, timings: Timing[]): Point {
  return {
    context,
    rounds: timings.length,
    prefillMs: median(timings.map(({ prefillMs }) => prefillMs)),
    tokenMs: median(timings.filter(({ steps }) => steps > 0).map(({ decodeMs, steps }) => decodeMs / steps)),
  };
}

/** Token ids without meaning, other ones in each round, from the first on: what was read before is of no use. */
export function text(length: number, round: number, vocabSize: number): number[] {
  // The lowest ids are special tokens.
  return Array.from({ length }, (_, i) => 3 + ((7919 * i + 104_729 * (round + 1)) % (vocabSize - 3)));
}
