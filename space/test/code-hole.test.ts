import { expect, test } from "vitest";
import { dig } from "../app/code/hole";

const PROGRAM = "def f(n):\n    total = n + 1\n    if n:\n        total = 2\n    return total";

/** The program with a hole where `selected` stands. */
function dug(selected: string, program = PROGRAM): string {
  const at = program.indexOf(selected);
  const { from, to, insert } = dig(program, at, at + selected.length);
  return program.slice(0, from) + insert + program.slice(to);
}

test("an expression becomes a blank", () => {
  expect(dug("n + 1")).toContain("    total = ____\n    if n:");
  expect(dug(" n + 1")).toContain("    total = ____\n    if n:");
});

test("whole lines become a line that is marked, as far in as the outermost of them", () => {
  expect(dug("total = n + 1")).toBe("def f(n):\n    # TODO\n    if n:\n        total = 2\n    return total");
  expect(dug("    total = n + 1\n")).toBe("def f(n):\n    # TODO\n    if n:\n        total = 2\n    return total");
  expect(dug("n:\n        tot")).toBe("def f(n):\n    total = n + 1\n    # TODO\n    return total");
  expect(dug("        total = 2\n    return total")).toBe("def f(n):\n    total = n + 1\n    if n:\n    # TODO");
});

test("with nothing selected it goes in at the cursor", () => {
  expect(dig("x = ", 4, 4)).toEqual({ from: 4, to: 4, insert: "____" });
  expect(dig("", 0, 0)).toEqual({ from: 0, to: 0, insert: "____" });
  expect(dig("a\n  \nb", 2, 4)).toEqual({ from: 2, to: 4, insert: "____" });
});
