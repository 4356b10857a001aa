/** The question that is being solved, and its solution so far. It outlives the page of the mode. */

import { computed, signal } from "@preact/signals";
import { OdinError, type Stats } from "../../runtime/index";
import { ask, asOdinError } from "../session";
import { maxTokens, seed, stored, temperature } from "../settings";
import { answerParser, type Block } from "./steps";

/** For "another answer": at temperature 0 it would be the same one. */
const OTHER_TEMPERATURE = 0.8;

export interface Solution {
  /** Counts the solutions of this visit. */
  number: number;
  question: string;
  text: string;
  blocks: readonly Block[];
  state: "reading" | "writing" | "done";
  /** Tokens of a long question: read, and in all. */
  reading?: [number, number];
  /** With an error there are none. */
  stats?: Stats;
  error?: OdinError;
}

/** What stands in the box. */
export const question = signal("");
export const solution = signal<Solution | undefined>(undefined);
/** What keeps a question from being asked at all. */
export const problem = signal<OdinError | undefined>(undefined);
/** Are finished steps held back until they are asked for? */
export const oneByOne = stored("oneByOne", false, (value): value is boolean => typeof value === "boolean");
/** How many blocks have been asked for. */
export const revealed = signal(0);

export const asked = computed(() => solution.value !== undefined);
export const busy = computed(() => solution.value !== undefined && solution.value.state !== "done");
/** How many blocks are complete; the last one grows while the answer is being written. */
export const finished = computed(() => {
  const { blocks = [], state, text = "" } = solution.value ?? {};
  return state === "done" || text.endsWith("\n") ? blocks.length : Math.max(0, blocks.length - 1);
});
/** How many blocks are to be seen. */
export const shown = computed(() =>
  oneByOne.value ? Math.min(revealed.value, finished.value) : (solution.value?.blocks.length ?? 0),
);
export const complete = computed(() => {
  const { blocks = [], state } = solution.value ?? {};
  return state === "done" && shown.value === blocks.length;
});

/** Holds back what is still to come, or no longer does; what can be seen stays. */
export function holdBack(held: boolean): void {
  revealed.value = finished.value;
  oneByOne.value = held;
}

let newest = 0;

/** Solves `text`; `other` draws another answer than the likeliest. */
export async function solve(text: string, other = false): Promise<void> {
  if (text.trim() === "") {
    problem.value = new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    return;
  }
  problem.value = undefined;
  revealed.value = 0;
  const mine = ++newest;
  const parse = answerParser();
  let now: Solution = { number: mine, question: text, text: "", blocks: [], state: "reading" };
  let frame = 0;
  const draw = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (mine === newest) solution.value = { ...now, blocks: parse(now.text) };
  };
  // Tokens may come faster than the screen can show them.
  const change = (next: Partial<Solution>) => {
    now = { ...now, ...next };
    frame ||= requestAnimationFrame(draw);
  };
  draw();
  try {
    const { text: whole, stats } = await ask(text.trim(), {
      temperature: other ? Math.max(temperature.value, OTHER_TEMPERATURE) : temperature.value,
      seed: other ? Math.floor(Math.random() * 2 ** 32) : seed.value,
      maxTokens: maxTokens.value,
      onText: (text) => change({ text, state: "writing" }),
      onPrefill: (done, total) => change({ reading: [done, total] }),
    });
    now = { ...now, text: whole, state: "done", stats };
  } catch (error) {
    now = { ...now, state: "done", error: asOdinError(error) };
  }
  draw();
}
