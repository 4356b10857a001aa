/** Results beside one another: the leaderboard, and whether answers agree. */

import { checkSummary } from "./check";
import type { PromptName } from "./prompts";
import { isGood, type Result, type Summary } from "./result";

/** `leaderboard.json`: entries of `space/leaderboard/`, without their runs, the fastest first. */
export interface Leaderboard {
  entries: Summary[];
}

/** The prompt whose first token is compared: it has as many tokens for every model. */
export const FIRST_TOKEN_PROMPT: PromptName = "tokens-256";

/** Tokens a second after the first token; undefined where no answer had two. */
export function rate({ medians: { tokenMicros } }: Summary): number | undefined {
  return tokenMicros ? 1e6 / tokenMicros : undefined;
}

/** Milliseconds to the first token behind {@link FIRST_TOKEN_PROMPT}; undefined where that prompt was not run. */
export function firstTokenMs({ medians: { prompts } }: Summary): number | undefined {
  const found = prompts.find(({ prompt }) => prompt === FIRST_TOKEN_PROMPT);
  return found && found.firstTokenMicros / 1000;
}

/** A comparison of results by rate; those without one come last. */
export function fastestFirst(a: Summary, b: Summary): number {
  return (rate(b) ?? 0) - (rate(a) ?? 0) || (a.id < b.id ? -1 : 1);
}

/** A result for the leaderboard. */
export function withoutRuns({ runs: _, ...summary }: Result): Summary {
  return summary;
}

/** @throws BadResult when it is not what the build writes. */
export function checkLeaderboard(value: unknown): Leaderboard {
  const entries = (value as { entries?: unknown } | null)?.entries;
  return { entries: (Array.isArray(entries) ? entries : [undefined]).map(checkSummary) };
}

export interface Agreement {
  /** How many gave the same tokens to all prompts that both have, and of how many. */
  same: number;
  of: number;
  /** Ids of the others, with the prompts that differ. */
  others: { id: string; name: string; prompts: PromptName[] }[];
}

/** How many of `entries` with the same weights, dtype and tokenizer gave the same tokens; its own id is left out. */
export function agreement(own: Summary, entries: readonly Summary[]): Agreement {
  const comparable = entries.filter(
    ({ id, dtype, model: { hashes } }) =>
      id !== own.id &&
      dtype === own.dtype &&
      hashes.weights === own.model.hashes.weights &&
      hashes.tokenizer === own.model.hashes.tokenizer,
  );
  const others = comparable.flatMap((entry) => {
    const prompts = differing(own, entry);
    return prompts.length > 0 ? [{ id: entry.id, name: entry.name, prompts }] : [];
  });
  return { same: comparable.length - others.length, of: comparable.length, others };
}

function differing(own: Summary, other: Summary): PromptName[] {
  const theirs = new Map(other.medians.prompts.map(({ prompt, tokensSha256 }) => [prompt, tokensSha256]));
  return (
    own.medians.prompts
      // Repeats that differ among themselves agree with nothing.
      .filter(
        ({ prompt, tokensSha256 }) => theirs.has(prompt) && (!tokensSha256 || theirs.get(prompt) !== tokensSha256),
      )
      .map(({ prompt }) => prompt)
  );
}

/** Prompts whose repeats gave different tokens in one and the same result. */
export function unsteady({ medians: { prompts } }: Summary): PromptName[] {
  return prompts.filter(({ tokensSha256 }) => tokensSha256 === null).map(({ prompt }) => prompt);
}

/** Why a result cannot be an entry of the leaderboard; undefined when it can. */
export function hindrance({ choice, complete, hidden, runs }: Result): string | undefined {
  if (choice !== "full") return "it is of the quick choice, and entries are of the full one";
  if (!complete) return "it was stopped before its end";
  if (!runs.every(isGood)) return "a run failed";
  if (hidden) return "the page was in the background at some time";
  return undefined;
}
