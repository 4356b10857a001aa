/** From what the visitor wrote to a prompt, in words that the model was trained on. Pure. */

export type Task = "write" | "complete" | "fill";

/** One phrasing of the training tasks each; `test/code-prompts.test.ts` looks them up there. */
export const PHRASINGS = {
  /** data_chef/tasks/python_request.py */
  write: "{summary}\nYour function should pass these tests:\n\n{tests}",
  /** data_chef/tasks/python_completion.py */
  complete: "Complete the code:\n\n{code}",
  /** data_chef/tasks/python_fill_middle.py, where an expression is missing */
  fillExpression: "Fill in the blank {hole}:\n\n{code}",
  /** data_chef/tasks/python_fill_middle.py, where lines are missing */
  fillLines: "Fill in the missing lines:\n\n{code}",
} as const;

/** What stands for a missing expression, and for missing lines; both from data_chef/tasks/python_fill_middle.py. */
export const HOLE = "____";
export const TODO = "# TODO";

const EXPRESSION_HOLE = /(?<!\w)____(?!\w)/;
const LINES_HOLE = /^[ \t]*# TODO[ \t]*$/m;

export interface Wanted {
  instruction: string;
  program: string;
  tests: string;
}

/** What can be done with a program as it stands. */
export function taskOf(program: string): "complete" | "fill" {
  return EXPRESSION_HOLE.test(program) || LINES_HOLE.test(program) ? "fill" : "complete";
}

/** The lines of the tests that are assertions; the others are neither told nor run. */
export function assertions(tests: string): string[] {
  return tests
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => /^assert\b/.test(line));
}

/** How many lines of the tests are none. */
export function otherLines(tests: string): number {
  return tests.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "").length - assertions(tests).length;
}

/** The prompt, or what is missing for one, in words for the visitor. */
export function promptFor(task: Task, wanted: Wanted): { prompt: string } | { missing: string } {
  const { instruction, program, tests } = wanted;
  if (task === "write") {
    const summary = instruction.trim();
    if (summary === "") return { missing: "Say first in words what the function should do." };
    const lines = assertions(tests);
    // Without tests the words stand for themselves, as they do in data_chef/tasks/python_request_plain.py.
    if (lines.length === 0) return { prompt: summary };
    return { prompt: filled(PHRASINGS.write, { summary, tests: lines.join("\n") }) };
  }
  const code = program.trimEnd();
  if (code.trim() === "") return { missing: "There is no program yet. Begin one, or say in words what you need." };
  if (task === "complete") return { prompt: filled(PHRASINGS.complete, { code }) };
  const phrasing = EXPRESSION_HOLE.test(program) ? PHRASINGS.fillExpression : PHRASINGS.fillLines;
  return { prompt: filled(phrasing, { hole: HOLE, code }) };
}

/** In one pass: what fills a slot may itself look like a slot. */
function filled(phrasing: string, slots: Record<string, string>): string {
  return phrasing.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
}
