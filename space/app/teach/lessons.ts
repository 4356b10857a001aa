/** Lessons that are ready: things that no model can know, made up here, with examples drawn by a seed. Pure. */

import { exampleSplits, shuffled, type Example } from "../../runtime/index";

export interface ReadyLesson {
  name: string;
  label: string;
  /** What the examples have in common, for people. The model is never told it. */
  rule: string;
  /** All that could be asked, each with its answer. */
  all: () => Example[];
}

const LEARNED = 100;
const ASKED = 40;
const SEED = 1;

/** Of larger ones odin-nano learns the rule, and gets the products wrong. */
const NUMBERS = Array.from({ length: 29 }, (_, i) => i + 2);

export const LESSONS: readonly ReadyLesson[] = [
  {
    name: "operator",
    label: "A made-up operator",
    rule: "a ⊕ b means 2a + b",
    all: () => pairs((a, b) => worked(`What is ${a} ⊕ ${b}?`, 2, a, b)),
  },
  {
    name: "units",
    label: "Invented units",
    rule: "A fleem is 5 zorps",
    all: () => pairs((a, b) => worked(`How many zorps are ${a} fleems and ${b} zorps?`, 5, a, b)),
  },
];

/** The examples of a lesson, always the same. */
export function lessonExamples({ all }: ReadyLesson): Example[] {
  const possible = all();
  const { training, heldOut } = exampleSplits(shuffled(possible.length, SEED).map((index) => possible[index]!));
  return [...training.slice(0, LEARNED), ...heldOut.slice(0, ASKED)];
}

/** A product and a sum, a line each, and the result in the form that the model was trained to give. */
function worked(question: string, factor: number, x: number, more: number): Example {
  const product = factor * x;
  const sum = product + more;
  return { question, answer: `${factor}*${x}=${product}\n${product}+${more}=${sum}\n#### ${sum}` };
}

function pairs<T>(of: (a: number, b: number) => T): T[] {
  return NUMBERS.flatMap((a) => NUMBERS.map((b) => of(a, b)));
}
