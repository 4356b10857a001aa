import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXAMPLES } from "../app/code/examples";
import { assertions, HOLE, otherLines, PHRASINGS, promptFor, taskOf, TODO } from "../app/code/prompts";

const nothing = { instruction: "", program: "", tests: "" };

function source(task: string): string {
  return readFileSync(new URL(`../../data_chef/tasks/${task}.py`, import.meta.url), "utf8");
}

/** The strings of the tuple `name` in a Python file. */
function stringsOf(python: string, name: string): string[] {
  const tuple = new RegExp(`^${name} = \\(([\\s\\S]*?)\\)(?:  #.*)?$`, "m").exec(python)![1]!;
  return [...tuple.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!.replaceAll("\\n", "\n"));
}

test("the phrasings are those of the training tasks", () => {
  expect(stringsOf(source("python_request"), "PARAGRAPHS")).toContain(PHRASINGS.write);
  expect(stringsOf(source("python_completion"), "PHRASINGS")).toContain(PHRASINGS.complete);
  const middle = source("python_fill_middle");
  expect(stringsOf(middle, "EXPRESSION_PHRASINGS")).toContain(PHRASINGS.fillExpression);
  expect(stringsOf(middle, "LINE_PHRASINGS")).toContain(PHRASINGS.fillLines);
  expect(middle).toContain(`HOLE = "${HOLE}"`);
  expect(stringsOf(middle, "TODO")).toContain(TODO);
});

test("words alone are the prompt; with tests they are told as in training", () => {
  const words = { ...nothing, instruction: " Return n plus 4. " };
  expect(promptFor("write", words)).toEqual({ prompt: "Return n plus 4." });
  const tests = "# mine\nassert add(1) == 5\n\n  assert add(0) == 4\nprint(add(2))";
  expect(promptFor("write", { ...nothing, instruction: "Return n plus 4.", tests })).toEqual({
    prompt: "Return n plus 4.\nYour function should pass these tests:\n\nassert add(1) == 5\nassert add(0) == 4",
  });
});

test("a program is completed or filled as it stands", () => {
  const program = "def f(n):\n    return ____\n\n";
  expect(promptFor("complete", { ...nothing, program: "def f(n):\n" })).toEqual({
    prompt: "Complete the code:\n\ndef f(n):",
  });
  expect(promptFor("fill", { ...nothing, program })).toEqual({
    prompt: "Fill in the blank ____:\n\ndef f(n):\n    return ____",
  });
  expect(promptFor("fill", { ...nothing, program: "def f(n):\n    # TODO\n" })).toEqual({
    prompt: "Fill in the missing lines:\n\ndef f(n):\n    # TODO",
  });
});

test("what looks like a slot is not filled", () => {
  const instruction = "Return {tests} and $& and {summary}.";
  const asked = promptFor("write", { instruction, program: "", tests: "assert f('{summary}') == '$1'" });
  expect(asked).toEqual({
    prompt: `${instruction}\nYour function should pass these tests:\n\nassert f('{summary}') == '$1'`,
  });
  expect(promptFor("complete", { ...nothing, program: "x = '{code}{hole}'" })).toEqual({
    prompt: "Complete the code:\n\nx = '{code}{hole}'",
  });
});

test("nothing is asked without words or program", () => {
  expect(promptFor("write", { ...nothing, instruction: " \n" })).toHaveProperty("missing");
  expect(promptFor("complete", { ...nothing, program: "\n  \n" })).toHaveProperty("missing");
});

test("a hole is one that stands alone", () => {
  expect(taskOf("return n + ____")).toBe("fill");
  expect(taskOf("    # TODO  \n    return n")).toBe("fill");
  expect(taskOf("class A:\n    def __init__(self): pass")).toBe("complete");
  expect(taskOf("a____b = 1")).toBe("complete");
  expect(taskOf("n = 1  # TODO later")).toBe("complete");
  expect(taskOf("")).toBe("complete");
});

test("tests are the lines that assert", () => {
  const text = "assert f(1) == 2\r\n\r\nassertion = 3\n\tassert(f(2))\nf(3)";
  expect(assertions(text)).toEqual(["assert f(1) == 2", "assert(f(2))"]);
  expect(otherLines(text)).toBe(2);
});

test("every example has tests and does what its button says", () => {
  for (const example of EXAMPLES) {
    expect(assertions(example.tests).length, example.label).toBeGreaterThan(1);
    expect(otherLines(example.tests), example.label).toBe(0);
    expect(promptFor(example.task, example), example.label).toHaveProperty("prompt");
    if (example.task !== "write") expect(taskOf(example.program), example.label).toBe(example.task);
  }
});
