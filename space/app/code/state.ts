/** The program, what is asked about it, and what the model proposes. */

import { computed, signal } from "@preact/signals";
import { OdinError, type Stats } from "../../runtime/index";
import { ask, asOdinError, cancelLoading, phase, stopAnswer, type AskOptions } from "../session";
import { maxTokens, seed, temperature } from "../settings";
import { diff, linesOf } from "./diff";
import { withDocstrings } from "./docstring";
import type { Example } from "./examples";
import { codeIn, type CodeAnswer } from "./extract";
import { promptFor, taskOf, type Task } from "./prompts";

/** For "Try another": at temperature 0 it would be the same one. */
const OTHER_TEMPERATURE = 0.8;

export const instruction = signal("");
export const program = signal("");
export const tests = signal("");

/** What the button at the program does as it stands. */
export const task = computed(() => taskOf(program.value));

/** The answer that is being written; `reading` are tokens of the prompt, read and in all. */
export const draft = signal<{ text: string; reading?: [number, number] } | undefined>(undefined);
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
  await answerTo(wanted.prompt, {});
}

/** Asks the same again, with another draw. */
export async function another(): Promise<void> {
  if (asked === undefined) return;
  const otherSeed = Math.floor(Math.random() * 2 ** 32);
  await answerTo(asked, { temperature: Math.max(temperature.value, OTHER_TEMPERATURE), seed: otherSeed });
}

/** Asks the same again as it was, after an error. */
export async function again(): Promise<void> {
  if (asked !== undefined) await answerTo(asked, {});
}

export async function show(example: Example): Promise<void> {
  instruction.value = example.instruction;
  program.value = example.program;
  tests.value = example.tests;
  await request(example.task);
}

/** Ends the answer, or the download of the model that it waits for. */
export function stop(): void {
  if (phase.value === "loading") cancelLoading();
  else stopAnswer();
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

async function answerTo(prompt: string, options: AskOptions): Promise<void> {
  const call = ++calls;
  const current = () => call === calls; // asking again stops the answer before
  discard();
  draft.value = { text: "" };
  announcement.value = "ODIN is writing.";
  let latest = "";
  let frame = 0;
  // Tokens may come faster than the screen can show them.
  const show = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (current()) draft.value = { text: latest };
    });
  };
  try {
    const { text, stats } = await ask(prompt, {
      temperature: temperature.value,
      seed: seed.value,
      maxTokens: maxTokens.value,
      ...options,
      onText: (text) => ((latest = text), show()),
      onPrefill: (done, total) => {
        if (current()) draft.value = { text: "", reading: [done, total] };
      },
    });
    cancelAnimationFrame(frame);
    if (!current()) return;
    const { code, ...rest } = codeIn(text);
    answer.value = { ...rest, ...(code === undefined ? {} : { code: withDocstrings(program.value, code) }), stats };
    announcement.value = ended();
  } catch (error) {
    cancelAnimationFrame(frame);
    if (!current()) return;
    problem.value = asOdinError(error);
    announcement.value = "";
  }
  draft.value = undefined;
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
