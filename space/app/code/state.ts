/** The program, what is asked about it, and what the model proposes. */

import { computed, signal } from "@preact/signals";
import { OdinError, type Stats } from "../../runtime/index";
import { asking, type Draft } from "../asking";
import { diff, linesOf } from "./diff";
import { withDocstrings } from "./docstring";
import type { Example } from "./examples";
import { codeIn, type CodeAnswer } from "./extract";
import { promptFor, taskOf, type Task } from "./prompts";

export const instruction = signal("");
export const program = signal("");
export const tests = signal("");

/** What the button at the program does as it stands. */
export const task = computed(() => taskOf(program.value));

/** The answer that is being written. */
export const draft = signal<Draft | undefined>(undefined);
export const answer = signal<(CodeAnswer & { stats: Stats }) | undefined>(undefined);
/** Why there is no answer. */
export const problem = signal<OdinError | undefined>(undefined);
/** For screen readers, when something has ended. */
export const announcement = signal("");

/** The proposed program. */
export const proposed = computed(() => answer.value?.code);
/** Its lines, and those of the program that it would replace. */
export const change = computed(() => {
  if (proposed.value === undefined) return undefined;
  const before = linesOf(program.value);
  const after = linesOf(proposed.value);
  const rows = diff(before, after);
  const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
  return { rows, added: count("added"), removed: count("removed") };
});

let asked: string | undefined;

/** Asks the model for a function, for the rest of the program, or for what its hole stands for. */
export async function request(task: Task): Promise<void> {
  const wanted = promptFor(task, { instruction: instruction.value, program: program.value, tests: tests.value });
  if ("missing" in wanted) {
    discard();
    problem.value = new OdinError("empty-prompt", wanted.missing);
    return;
  }
  asked = wanted.prompt;
  await answerTo(wanted.prompt);
}

/** Asks the same again, with another draw. */
export async function another(): Promise<void> {
  if (asked !== undefined) await answerTo(asked, { other: true });
}

/** Asks the same again as it was, after an error. */
export async function again(): Promise<void> {
  if (asked !== undefined) await answerTo(asked);
}

export async function show(example: Example): Promise<void> {
  instruction.value = example.instruction;
  program.value = example.program;
  tests.value = example.tests;
  await request(example.task);
}

/** The proposal becomes the program. */
export function take(): void {
  if (proposed.value === undefined) return;
  program.value = `${proposed.value}\n`;
  answer.value = undefined;
  announcement.value = "The change was taken.";
}

export function discard(): void {
  answer.value = undefined;
  problem.value = undefined;
  announcement.value = "";
}

let calls = 0;

async function answerTo(prompt: string, { other = false } = {}): Promise<void> {
  const call = ++calls;
  const current = () => call === calls; // asking again stops the answer before
  discard();
  draft.value = { text: "" };
  announcement.value = "ODIN is writing.";
  const write = (next: Draft) => current() && (draft.value = next);
  const answered = await asking(prompt, write, { from: "code", other });
  if (!current()) return;
  draft.value = undefined;
  if ("error" in answered) {
    problem.value = answered.error;
    announcement.value = "";
    return;
  }
  const { code, ...rest } = codeIn(answered.text);
  const proposal = code === undefined ? {} : { code: withDocstrings(program.value, code) };
  problem.value = undefined; // of a request that could not be made meanwhile
  answer.value = { ...rest, ...proposal, stats: answered.stats };
  announcement.value = ended();
}

function ended(): string {
  return change.value ? `A change is proposed: ${changeInWords()}` : "The answer holds no program.";
}

/** How much the proposal changes. */
export function changeInWords(): string {
  const { added, removed } = change.value!;
  const parts: string[] = [];
  if (added > 0) parts.push(plural(added, "new line"));
  if (removed > 0) parts.push(`${plural(removed, "line")} removed`);
  return parts.length > 0 ? `${parts.join(", ")}.` : "nothing is new.";
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
