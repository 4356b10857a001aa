import { expect, test } from "vitest";
import { diff, folded, linesOf, type Row } from "../app/code/diff";

/** Both texts, read back from the rows. */
function readBack(rows: Row[], before: string[], after: string[]) {
  const lines = { before: [] as string[], after: [] as string[] };
  for (const { kind, line } of rows) {
    if (kind === "removed") lines.before.push(before[line]!);
    else lines.after.push(after[line]!);
    if (kind === "same") lines.before.push(after[line]!);
  }
  return lines;
}

const kinds = (rows: Row[]) => rows.map(({ kind }) => kind[0]).join("");

test("lines that are new, lines that go", () => {
  const before = ["def f(n):", '    """Add."""', "    return ____"];
  const after = ["def f(n):", "    return n + 1"];
  expect(diff(before, after)).toEqual([
    { kind: "same", line: 0 },
    { kind: "removed", line: 1 },
    { kind: "removed", line: 2 },
    { kind: "added", line: 1 },
  ]);
  expect(kinds(diff([], after))).toBe("aa");
  expect(kinds(diff(before, []))).toBe("rrr");
  expect(kinds(diff(after, after))).toBe("ss");
  expect(kinds(diff(["a", "b", "c"], ["b", "c", "d"]))).toBe("rssa");
});

test("both programs can be read back, and no diff of small programs is longer than it must be", () => {
  let state = 7;
  const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    const before = Array.from({ length: next(9) }, () => "abc"[next(3)]!);
    const after = Array.from({ length: next(9) }, () => "abc"[next(3)]!);
    const rows = diff(before, after);
    expect(readBack(rows, before, after)).toEqual({ before, after });
    const same = rows.filter(({ kind }) => kind === "same").length;
    expect(same).toBe(longestCommon(before, after));
  }
});

/** Tries all subsequences. */
function longestCommon(a: string[], b: string[]): number {
  let longest = 0;
  for (let chosen = 0; chosen < 1 << a.length; chosen++) {
    const picked = a.filter((_, i) => chosen & (1 << i));
    let place = -1;
    if (picked.every((line) => (place = b.indexOf(line, place + 1)) >= 0)) longest = Math.max(longest, picked.length);
  }
  return longest;
}

test("a long program costs little", () => {
  const before = Array.from({ length: 50_000 }, (_, i) => `x${i} = ${i}`);
  const after = Array.from({ length: 2000 }, (_, i) => `y${i} = ${i}`);
  const start = performance.now();
  const rows = diff(["head", ...before, "tail"], ["head", ...after, "tail"]);
  expect(performance.now() - start).toBeLessThan(500);
  expect(rows.length).toBe(52_002);
  const shown = folded(rows);
  expect(shown.length).toBe(1 + 4 + 1 + 4 + 2000 + 1);
  expect(shown[5]).toEqual({ kind: "gap", rows: 50_000 - 8 });
});

test("the end of a text is no line", () => {
  expect(linesOf("a\nb\n\n")).toEqual(["a", "b"]);
  expect(linesOf(" \n")).toEqual([]);
});
