/** What every benchmark asks. Numbers of two suites cannot be compared, so any change here is a new SUITE. */

import type { Prompt } from "../../runtime/index";

export const SUITE = 1;

/** Greedy, so that the same model gives the same tokens everywhere; an answer may end before its last token. */
export const ANSWER = { maxTokens: 64, temperature: 0, seed: 0 } as const;
/** Tokens of the answer that comes before the measured one in each worker. */
export const WARM_UP = { ...ANSWER, maxTokens: 8 } as const;

/** How a run goes, for people. Why there is a warm-up: leaderboard/README.md. */
export const PROTOCOL =
  "Each run has a worker of its own, which starts the model from the files that are stored in this browser, answers " +
  `the prompt with up to ${WARM_UP.maxTokens} tokens to warm up, and then answers it again from the beginning. ` +
  "That answer counts. All prompts are run once before any is run again, and medians of the runs are reported.";

export type PromptName = "question" | "problem" | "code" | "tokens-256" | "tokens-1024";

export interface StandardPrompt {
  name: PromptName;
  label: string;
  prompt: Prompt;
}

// Token ids of plain bytes in every tokenizer of the project: above the special tokens, below the merges.
const LOWEST_ID = 16;
const IDS = 240;

/**
 * `length` token ids, the same for each model whatever its tokenizer: draws of Park and Miller's minimal standard
 * generator, x' = 48271 x mod (2^31 - 1), begun with the suite's number. Every product fits into a float64.
 */
export function numberedTokens(length: number): number[] {
  let x = SUITE;
  return Array.from({ length }, () => {
    x = (48271 * x) % (2 ** 31 - 1);
    return LOWEST_ID + (x % IDS);
  });
}

export const PROMPTS: readonly StandardPrompt[] = [
  {
    name: "question",
    label: "A short question",
    prompt: "How many minutes are there in three and a half hours?",
  },
  {
    name: "problem",
    label: "A word problem",
    prompt:
      "A baker fills 6 trays with 14 rolls each before the shop opens. In the first hour 27 rolls are sold, and 5 " +
      "that were burnt are thrown away. Then another 2 trays of 14 come out of the oven. The rolls that are there " +
      "now are packed into bags of 8. How many full bags are there, and how many rolls are left over?",
  },
  {
    name: "code",
    label: "A request for code",
    prompt:
      "Write a Python function to return the longest word of a sentence, the first one where several are as long.\n" +
      "assert longest_word('a heron waits by the lake') == 'heron'",
  },
  { name: "tokens-256", label: "256 tokens", prompt: { tokens: numberedTokens(256) } },
  { name: "tokens-1024", label: "1,024 tokens", prompt: { tokens: numberedTokens(1024) } },
];

export function labelOf(name: PromptName): string {
  return PROMPTS.find((prompt) => prompt.name === name)!.label;
}

export const PROMPT_NAMES: readonly PromptName[] = PROMPTS.map(({ name }) => name);

/** How much of it is run: repeats of which prompts. */
export const CHOICES = {
  full: { label: "Full", repeats: 3, prompts: PROMPT_NAMES },
  quick: { label: "Quick", repeats: 1, prompts: ["question", "tokens-256"] },
} as const satisfies Record<string, { label: string; repeats: number; prompts: readonly PromptName[] }>;

export type ChoiceName = keyof typeof CHOICES;

/** The runs of a choice in order: all prompts once, then again, so that a slow minute hits all alike. */
export function plannedRuns(choice: ChoiceName): { prompt: PromptName; repeat: number }[] {
  const { repeats, prompts } = CHOICES[choice];
  return Array.from({ length: repeats }, (_, i) => prompts.map((prompt) => ({ prompt, repeat: i + 1 }))).flat();
}
