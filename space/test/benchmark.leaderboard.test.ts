import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkLeaderboard } from "../app/benchmark/compare";
import { leaderboardJson, readEntries, table } from "../packaging/entries";
import { leaderboard } from "../packaging/leaderboard";
import { resultOf } from "./benchmark.fakes";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "leaderboard-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const put = (file: string, value: unknown) =>
  writeFileSync(join(folder, file), typeof value === "string" ? value : JSON.stringify(value));

const fast = resultOf({ name: "fast", run: { decodeMicros: 6300 } });
const slow = resultOf({ name: "slow", run: { decodeMicros: 630_000 } });

test("merges the files of a folder, the fastest first, without their runs", () => {
  put("b.json", slow);
  put("a.json", fast);
  put("README.md", "not an entry");
  const { entries } = checkLeaderboard(JSON.parse(leaderboardJson(folder)));
  expect(entries.map(({ name }) => name)).toEqual(["fast", "slow"]);
  expect(entries[0]).not.toHaveProperty("runs");
  expect(table(readEntries(folder)).split("\n")).toHaveLength(3);
});

test("an empty folder is a leaderboard without entries", () => {
  expect(JSON.parse(leaderboardJson(folder))).toEqual({ entries: [] });
});

test.each<[string, unknown, RegExp]>([
  ["cut in the middle", JSON.stringify(slow).slice(0, 500), /bad\.json: This is not JSON/],
  ["a changed number", { ...slow, threads: 2 }, /bad\.json: id must be [0-9a-f]{64}/],
  ["another suite", { ...slow, suite: 7 }, /bad\.json: suite must be 1/],
  ["no name", { ...slow, name: "" }, /bad\.json: name must say/],
  ["a quick one", resultOf({ choice: "quick" }), /bad\.json: it cannot be an entry: it is of the quick choice/],
  ["the same under another name", { ...fast, name: "faster" }, /bad\.json: it is the same measurement as a\.json/],
])("refuses %s, and names file and reason", (_, entry, words) => {
  put("a.json", fast);
  put("bad.json", entry);
  expect(() => readEntries(folder)).toThrow(words);
});

test("tells of all bad entries at once", () => {
  put("x.json", "{");
  put("y.json", { ...slow, hidden: 1 });
  expect(() => readEntries(folder)).toThrow(/x\.json: .*\ny\.json: hidden must be/);
});

test("the repository's own entries are good", () => {
  expect(readEntries(join(import.meta.dirname, "..", "leaderboard")).length).toBeGreaterThanOrEqual(0);
});

test("a build has leaderboard.json, and fails with a bad entry", async () => {
  const root = join(import.meta.dirname, "..");
  writeFileSync(join(folder, "page.js"), "export {};");
  const run = (entries: string) =>
    build({
      configFile: false,
      root,
      publicDir: false,
      logLevel: "silent",
      plugins: [leaderboard(root, entries)],
      build: { outDir: join(folder, "dist"), emptyOutDir: true, rolldownOptions: { input: join(folder, "page.js") } },
    });
  put("a.json", fast);
  await run(folder);
  const written: unknown = JSON.parse(readFileSync(join(folder, "dist", "leaderboard.json"), "utf8"));
  expect(checkLeaderboard(written).entries[0]!.id).toBe(fast.id);
  put("bad.json", { ...slow, dtype: "int3" });
  await expect(run(folder)).rejects.toThrow(/bad\.json: dtype must be one of/);
}, 60_000);
