/** The examples that are chosen: those to learn from, and those held out to ask about. */

import { signal } from "@preact/signals";
import { exampleSplits, readExamples, requireExampleCount, type Example, type OdinError } from "../../runtime/index";
import { asOdinError } from "../session";
import { lessonExamples, type ReadyLesson } from "./lessons";

/** More would make a visitor wait for answers longer than for the lesson. */
export const MOST_ASKED = 40;

export interface Material {
  /** What people know the examples by. */
  title: string;
  /** The rule behind them, where it is known. */
  rule?: string;
  learn: Example[];
  heldOut: Example[];
  /** Of those held out, the ones that are asked. */
  ask: Example[];
  /** Rows that were left out, because they repeat others. */
  repeated: number;
  /** The file's own names of question and answer, where they are others. */
  columns: { question: string; answer: string } | undefined;
}

export const material = signal<Material | undefined>(undefined);
export const reading = signal(false);
/** Why examples could not be read. */
export const refusal = signal<OdinError | undefined>(undefined);

export function takeLesson(lesson: ReadyLesson): void {
  overtake();
  const split = splitOf(lessonExamples(lesson));
  material.value = { title: lesson.label, rule: lesson.rule, ...split, repeated: 0, columns: undefined };
}

let newest = new AbortController();

/** A file, or text that was typed or pasted. What was chosen before stays when it cannot be read. */
export async function takeExamples(source: File | string): Promise<void> {
  const { signal } = overtake();
  reading.value = true;
  try {
    const { examples, repeated, columns } = await readExamples(source, { signal });
    requireExampleCount(examples.length);
    if (signal.aborted) return;
    const own = columns.question === "question" && columns.answer === "answer";
    const title = typeof source === "string" ? "Your text" : source.name;
    material.value = { title, ...splitOf(examples), repeated, columns: own ? undefined : columns };
  } catch (error) {
    if (!signal.aborted) refusal.value = asOdinError(error);
  } finally {
    if (!signal.aborted) reading.value = false;
  }
}

/** What is chosen last counts. */
function overtake(): AbortController {
  newest.abort();
  newest = new AbortController();
  refusal.value = undefined;
  reading.value = false;
  return newest;
}

function splitOf(examples: readonly Example[]): Pick<Material, "learn" | "heldOut" | "ask"> {
  const { training, heldOut } = exampleSplits(examples);
  return { learn: training, heldOut, ask: heldOut.slice(0, MOST_ASKED) };
}
