import { expect, test } from "vitest";
import { codeIn } from "../app/code/extract";

const PROGRAM = "def f(n):\n    return n + 1";

test("a fenced program, with words around or without", () => {
  expect(codeIn(`\`\`\`python\n${PROGRAM}\n\`\`\``)).toEqual({ code: PROGRAM, closed: true, words: "" });
  expect(codeIn(`Here it is:\n\n\`\`\`py\n${PROGRAM}\n\`\`\`\nIt adds 1.`)).toEqual({
    code: PROGRAM,
    closed: true,
    words: "Here it is:\nIt adds 1.",
  });
  expect(codeIn(`\`\`\`\r\ndef f(n):\r\n    return n\r\n\`\`\``).code).toBe("def f(n):\n    return n");
});

test("fences that are broken", () => {
  expect(codeIn(`\`\`\`python\n${PROGRAM}\`\`\``)).toEqual({ code: PROGRAM, closed: true, words: "" });
  expect(codeIn(`\`\`\`python\n${PROGRAM}`)).toEqual({ code: PROGRAM, closed: false, words: "" });
  expect(codeIn(`${PROGRAM}\n\`\`\``)).toEqual({ code: PROGRAM, closed: true, words: "" });
  expect(codeIn(`Sure.\n${PROGRAM}`)).toEqual({ code: PROGRAM, closed: false, words: "Sure." });
  expect(codeIn("```python\n```")).toEqual({ closed: true, words: "" });
});

test("back-ticks inside a line of code are code", () => {
  const code = "def f():\n    return '```' + 'a'";
  expect(codeIn(`\`\`\`python\n${code}\n\`\`\``).code).toBe(code);
});

test("words are no program", () => {
  expect(codeIn("I cannot do that.")).toEqual({ closed: true, words: "I cannot do that." });
  expect(codeIn("from here on, imports matter")).toEqual({ closed: true, words: "from here on, imports matter" });
  expect(codeIn("")).toEqual({ closed: true, words: "" });
});

test("a growing answer shows a growing program and never its fences", () => {
  const whole = `Look:\n\`\`\`python\n${PROGRAM}\n\`\`\`\nDone.`;
  let longest = "";
  for (let end = 0; end <= whole.length; end++) {
    const { code = "", words } = codeIn(whole.slice(0, end));
    expect(PROGRAM.startsWith(code), whole.slice(0, end)).toBe(true);
    expect(code.length).toBeGreaterThanOrEqual(longest.length);
    longest = code;
    expect(code + words).not.toContain("`");
  }
  expect(longest).toBe(PROGRAM);
});
