/** The question that is being solved, and its solution so far. It outlives the page of the mode. */

import { computed, signal } from "@preact/signals";
import { OdinError, type Stats } from "../../runtime/index";
import { asking, type Draft } from "../asking";
import { stored } from "../settings";
import { answerParser, wholeBlocks, type Block } from "./steps";

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
/** How many blocks are whole: the last one is not while it is being written, nor when the answer was cut in it. */
export const whole = computed(() => {
  const { blocks = [], text = "", stats } = solution.value ?? {};
  return wholeBlocks(blocks, text, stats?.finish === "eos");
});
/** How many blocks no longer grow. */
export const finished = computed(() => {
  const { blocks = [], state } = solution.value ?? {};
  return state === "done" ? blocks.length : whole.value;
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

/** Solves `text`; `other` draws another answer than before. */
export async function solve(text: string, other = false): Promise<void> {
  if (text.trim() === "") {
    problem.value = new OdinError("empty-prompt", "There is no question yet. Type one and try again.");
    return;
  }
  problem.value = undefined;
  revealed.value = 0;
  const number = ++newest;
  const parse = answerParser();
  const show = (now: Omit<Solution, "number" | "question" | "blocks">) => {
    if (number === newest) solution.value = { ...now, number, question: text, blocks: parse(now.text) };
  };
  show({ text: "", state: "reading" });
  const write = (draft: Draft) => show({ ...draft, state: draft.text === "" ? "reading" : "writing" });
  show({ ...(await asking(text.trim(), write, { from: "maths", other })), state: "done" });
}
